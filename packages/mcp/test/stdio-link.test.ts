import { spawn } from "node:child_process";
import { once } from "node:events";
import type { CallToolResult } from "@modelcontextprotocol/client";
import { describe, expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { soon } from "./fixtures/soon.ts";

const node = process.execPath;
const server = { command: node, args: [fixture("stdio-server.ts")], name: "shop" };

function fixture(name: string): string {
  return new URL(`fixtures/${name}`, import.meta.url).pathname;
}

function textOf({ content: [block] }: CallToolResult): string {
  return block?.type === "text" ? block.text : "";
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a server as a child process", () => {
  test("answers calls side by side, and is gone after close()", async () => {
    const connection = await openMcpConnection(server);

    const results = await Promise.all(["a", "b", "c"].map((text) => connection.callTool("echo", { text })));
    const pid = Number(textOf(await connection.callTool("pid")));
    await connection.close();

    expect(results.map(textOf)).toEqual(["a", "b", "c"]);
    expect(pid).not.toBe(process.pid);
    expect(isAlive(pid)).toBe(false);
    expect(connection.statistics()).toMatchObject({ state: "closed", failures: [], callsInFlight: 0 });
  });

  test("that dies during calls is told to each of them at once, with what it said, and none is repeated", async () => {
    await using connection = await openMcpConnection({ ...server, callTimeout: null });
    const neighbour = connection.callTool("hold").catch((error: unknown) => error);
    await expect.poll(async () => textOf(await connection.callTool("begun")), soon).toContain("hold");

    const crashed = connection.callTool("crash").catch((error: unknown) => error);

    expect(await crashed).toMatchObject({
      code: "MCP_CONNECTION_LOST",
      kind: "outcome-unknown",
      message:
        'calling tool "crash" of shop: the connection was lost before the answer came; it may have run; ' +
        'the server said "Error: out of cheese"',
      stderr: "the test server starts\nError: out of cheese\n",
    });
    expect(await neighbour).toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
    expect(textOf(await connection.callTool("begun"))).toBe("begun");
    expect(connection.statistics()).toMatchObject({ generation: 2, failures: [] });
  });

  test("is asked to stop a call that is cancelled, and goes on", async () => {
    await using connection = await openMcpConnection(server);
    const controller = new AbortController();
    const call = connection.callTool("hold", {}, { signal: controller.signal });
    await expect.poll(async () => textOf(await connection.callTool("begun")), soon).toContain("hold");

    controller.abort("enough");

    await expect(call).rejects.toBe("enough");
    await expect.poll(async () => textOf(await connection.callTool("aborted")), soon).toBe("hold");
    expect(connection.statistics().generation).toBe(1);
  });

  test("that does not exist fails with MCP_OPEN_FAILED", async () => {
    const opening = openMcpConnection({ command: "/no/such/server" });

    await expect(opening).rejects.toMatchObject({
      code: "MCP_OPEN_FAILED",
      message: "connecting to server: the command could not be run (ENOENT)",
    });
  });

  test("that dies at the start fails with MCP_OPEN_FAILED and the end of what it said", async () => {
    const script =
      'process.stderr.write("x".repeat(20_000) + "\\nError: no licence\\u001b[2J\\n"); process.exitCode = 1;';

    const opening = openMcpConnection({ command: node, args: ["-e", script] });

    const error = (await opening.catch((failure: unknown) => failure)) as { message: string; stderr: string };
    expect(error).toMatchObject({ code: "MCP_OPEN_FAILED", mayHaveRun: false });
    expect(error.message).toBe(
      'connecting to node: it closed the connection during the handshake; the server said "Error: no licence\\u001b[2J"',
    );
    expect(error.stderr).toHaveLength(8_192);
    expect(error.stderr.endsWith("Error: no licence\u001b[2J\n")).toBe(true);
  });

  test("that says nothing fails with MCP_OPEN_FAILED in time, and is gone", async () => {
    const script = "process.stderr.write(`${process.pid}`); process.stdin.resume();";

    const opening = openMcpConnection({ command: node, args: ["-e", script], connectTimeout: 2_000 });

    const error = (await opening.catch((failure: unknown) => failure)) as { message: string; stderr: string };
    expect(error.message).toMatch(/^connecting to node: no connection within 2000 ms; the server said "\d+"$/);
    expect(isAlive(Number(error.stderr))).toBe(false);
  });

  // The official transport gives it two seconds for the end of its input and two for SIGTERM.
  test("that ignores the end of its input and SIGTERM is killed", async () => {
    const stubborn = { ...server, args: ["--import", fixture("ignore-sigterm.ts"), ...server.args] };
    const connection = await openMcpConnection(stubborn);
    const pid = Number(textOf(await connection.callTool("pid")));

    await connection.close();

    await expect.poll(() => isAlive(pid), soon).toBe(false);
  });

  test("does not outlive a parent that is killed", async () => {
    const parent = spawn(node, ["--conditions=@holdfast/source", fixture("stdio-parent.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(said.toString());
    expect(isAlive(pid)).toBe(true);

    parent.kill("SIGKILL");

    await expect.poll(() => isAlive(pid), soon).toBe(false);
  });
});
