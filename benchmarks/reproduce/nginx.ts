/**
 * The server of the rows, which is quicker than any of the clients. Each contestant has one of its own.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** What no body of the server has. */
export const signature = "cancel scope";

/** So many requests are under way at a time. */
export const connections = 10;

const body = "All is well. ".repeat(13).slice(0, 159);

/** Starts it at a free port, and gives the URL. It ends with this process. */
export async function startNginx(): Promise<string> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "holdfast-nginx-"));
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; ${paths.join(" ")}
  server { listen 127.0.0.1:${port} reuseport; location / { default_type text/plain; return 200 "${body}"; } }
}
`,
  );
  const nginx = spawn("nginx", ["-c", file, "-p", folder, "-e", join(folder, "error.log")], { stdio: "inherit" });
  nginx.on("error", (error) => {
    console.error(`starting nginx: ${error.message}; apt-get install nginx-light wrk`);
    process.exit(1);
  });
  process.on("exit", () => {
    nginx.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  process.on("SIGTERM", () => process.exit());
  process.on("disconnect", () => process.exit());
  await waitForPort(port);
  return `http://127.0.0.1:${port}/`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function waitForPort(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([
      once(socket, "connect").then(
        () => true,
        () => false,
      ),
      delay(1_000, false),
    ]);
    socket.destroy();
    if (isOpen) return;
    await delay(25);
  }
  throw new Error(`nginx does not listen at ${port}`);
}
