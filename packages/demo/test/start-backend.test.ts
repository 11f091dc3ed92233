import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createBackend } from "../src/backend/backend.ts";
import { startBackend } from "../src/backend/start-backend.ts";
import { createTriageServer, type TriageServer } from "../src/triage/triage-server.ts";
import { get } from "./backend-client.ts";

let triage: TriageServer;

beforeAll(async () => {
  triage = await createTriageServer({ toolMs: 0 });
});

afterAll(() => triage.close());

test("a backend runs in a process of its own, and ends with 0 when it is closed", async () => {
  const backend = await startBackend({ triageUrl: triage.url, modelMs: 0 });

  const health = await get(`${backend.url}/healthz`);
  await backend.close();

  expect(health).toMatchObject({ status: 200 });
  expect(await backend.exited).toBe(0);
  expect(() => process.kill(backend.pid, 0)).toThrow("ESRCH");
});

test("a model that cannot be had is one clear line", async () => {
  const backend = startBackend({ triageUrl: triage.url, model: "nope" });

  await expect(backend).rejects.toThrow(notReady('loading the model "nope": it is not of the form provider:model'));
});

test("a triage server that is not there is one clear line", async () => {
  const { url, [Symbol.asyncDispose]: close } = await listening(createServer());
  await close();

  const backend = startBackend({ triageUrl: url });

  await expect(backend).rejects.toThrow(notReady(`connecting to the triage server at ${url}: it could not be reached`));
});

test.each([
  ["answers 404", 404, "text/plain", "gone", "it answered HTTP 404"],
  ["is a web page", 200, "text/html", "<p>hello</p>", "its answer is not MCP"],
  ["answers what is not JSON-RPC", 200, "application/json", "[1]", "its answer is not MCP"],
])("in this process, a triage server that %s is the same line", async (_, status, type, body, found) => {
  await using server = await listening(
    createHttpServer((_request, response) => {
      response.writeHead(status, { "content-type": type }).end(body);
    }),
  );

  const backend = createBackend({ triageUrl: server.url });

  await expect(backend).rejects.toThrow(`connecting to the triage server at ${server.url}: ${found}`);
});

test("in this process, a triage server that dies during the handshake is the same line", async () => {
  await using server = await listening(createServer((socket) => void socket.once("data", () => socket.destroy())));

  const backend = createBackend({ triageUrl: server.url });

  await expect(backend).rejects.toMatchObject({
    code: "MCP_OPEN_FAILED",
    message: expect.stringContaining(server.url),
  });
});

/** One line that begins so. */
function notReady(found: string): RegExp {
  const start = "starting the agent backend: it ended with exit code 1 before it was ready; it said: ";
  return new RegExp(`^${RegExp.escape(start + found)}.*$`);
}

async function listening(server: Server): Promise<AsyncDisposable & { readonly url: string }> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    [Symbol.asyncDispose]: async () => {
      await once(server.close(), "close");
    },
  };
}
