import type { CallToolResult } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { handshake, HttpTestServer } from "./fixtures/http-server.ts";
import { soon } from "./fixtures/soon.ts";

function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === "text" ? block.text : block.type)).join();
}

const texts = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

test("calls on a session that the server has forgotten are made once on a new one", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  await connection.callTool("echo", { text: "before" });
  await server.forgetSessions();

  const results = await Promise.all(texts.map((text) => connection.callTool("echo", { text })));

  expect(results.map(textOf)).toEqual(texts);
  expect(server.probe.begun).toHaveLength(1 + texts.length);
  expect(server.count("initialize")).toBe(2);
  expect(server.count("DELETE")).toBe(0);
});

test("a call that is refused on the new session too rejects with MCP_SESSION_EXPIRED", async () => {
  await using server = await HttpTestServer.start(
    handshake((request, response) => response.writeHead(request.method === "DELETE" ? 200 : 404).end()),
  );
  await using connection = await openMcpConnection({ url: server.url });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_SESSION_EXPIRED", kind: "session-expired", mayHaveRun: false });
  expect(server.count("tools/call")).toBe(2);
});

test("a 404 from a server without sessions says nothing of a session", async () => {
  await using server = await HttpTestServer.start(
    handshake((_request, response) => response.writeHead(404).end(), { session: "" }),
  );
  await using connection = await openMcpConnection({ url: server.url });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_PROTOCOL", status: 404 });
  expect(server.count("tools/call")).toBe(1);
  expect(connection.statistics().generation).toBe(1);
});

test("a call that waits too long for the new session did not run", async () => {
  await using server = await HttpTestServer.start(
    handshake((_request, response) => {
      server.handle(() => {});
      response.writeHead(404).end();
    }),
  );
  await using connection = await openMcpConnection({ url: server.url, callTimeout: 400 });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_CALL_TIMEOUT", mayHaveRun: false });
  expect(server.count("initialize")).toBe(2);
});

test("a neighbour whose answer got lost with the session may have run, and is not repeated", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const neighbour = connection.callTool("hold").catch((error: unknown) => error);
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold"]);
  await server.forgetSessions();

  const result = await connection.callTool("echo", { text: "again" });

  expect(textOf(result)).toBe("again");
  expect(await neighbour).toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "outcome-unknown", mayHaveRun: true });
  expect(server.probe.begun).toEqual(["hold", "echo"]);
});

test("a neighbour that is not refused in time, when the session is gone, may have run", async () => {
  await using server = await HttpTestServer.start(
    handshake((request, response, body) => {
      if (request.method === "DELETE" || body.includes("refused")) response.writeHead(404).end();
    }),
  );
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null, closeTimeout: 20 });
  const neighbour = connection.callTool("unanswered").catch((error: unknown) => error);
  await expect.poll(() => server.count("tools/call"), soon).toBe(1);

  const refused = connection.callTool("refused");

  await expect(refused).rejects.toMatchObject({ code: "MCP_SESSION_EXPIRED" });
  expect(await neighbour).toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
});

test.each([
  ["before the answer began", false],
  ["in the middle of the answer", true],
])("a connection that breaks %s is told at once and nothing is repeated", async (_when, begins) => {
  let calls = 0;
  await using server = await HttpTestServer.start(
    handshake((request, response) => {
      calls += 1;
      if (!begins) request.socket.destroy();
      else {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(": waiting\n\n", () => request.socket.destroy());
      }
    }),
  );
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null, closeTimeout: 100 });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "outcome-unknown" });
  expect(calls).toBe(1);
});

test("a stream that ends without the answer is told at once", async () => {
  await using server = await HttpTestServer.start(
    handshake((_request, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end()),
  );
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "outcome-unknown" });
});

test("a call to a server that has gone was not sent, and the connection can be used when it is back", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  await server.pause();

  const once = connection.callTool("echo", { text: "a" }, { replay: "never" });
  await expect(once).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "unsent", mayHaveRun: false });
  const twice = connection.callTool("echo", { text: "a" });
  await expect(twice).rejects.toMatchObject({ code: "MCP_OPEN_FAILED", mayHaveRun: false });
  await server.resume();
  expect(textOf(await connection.callTool("echo", { text: "b" }))).toBe("b");
});

test.each([
  [500, "text/plain", "oops", { status: 500, message: 'calling tool "echo" of shop: the server answered HTTP 500' }],
  [200, "text/html", "<p>", { message: 'calling tool "echo" of shop: the server\'s answer is not MCP' }],
  [200, "application/json", "{", { message: 'calling tool "echo" of shop: the server\'s answer is not MCP' }],
  [200, "application/json", "{}", { message: 'calling tool "echo" of shop: the server\'s answer is not MCP' }],
])("an answer of status %i, type %s and body %s is MCP_PROTOCOL", async (status, type, body, expected) => {
  await using server = await HttpTestServer.start(
    handshake((_request, response) => response.writeHead(status, { "content-type": type }).end(body)),
  );
  await using connection = await openMcpConnection({ url: server.url, name: "shop" });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_PROTOCOL", mayHaveRun: true, ...expected });
});

test("a lease of a session that the server has forgotten is lost, and its calls are not moved to another", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const [refused, after] = await connection.withLease(async (lease) => {
    await server.forgetSessions();
    const call = (): Promise<unknown> => lease.callTool("echo").catch((error: unknown) => error);
    const outcomes = [await call(), await call()];
    expect(lease.lost.reason).toMatchObject({ code: "MCP_SESSION_EXPIRED" });
    return outcomes;
  });

  expect(refused).toMatchObject({ code: "MCP_SESSION_EXPIRED", mayHaveRun: false });
  expect(after).toMatchObject({ code: "MCP_SESSION_EXPIRED", mayHaveRun: false });
  expect(server.count("tools/call")).toBe(1);
});
