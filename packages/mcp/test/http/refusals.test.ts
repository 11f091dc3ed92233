import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { openMcpConnection } from "../../src/index.ts";
import { openFaultyHttpServer } from "../../src/testing/index.ts";
import { beginEvents, endJson, resultOf } from "../fixtures/answers.ts";
import { type Handler, handshake, HttpTestServer } from "../fixtures/http-server.ts";

const failure = (error: unknown): unknown => error;

test.each([
  ["http-401", undefined, false],
  ["http-429", undefined, false],
  ["http-429", 1, false],
  ["http-503", 1, false],
  ["http-503", undefined, true],
  ["http-502", 1, true],
  ["http-500", 1, true],
] as const)(`${covers("MF-13")} (%s, Retry-After %s)`, async (fault, retryAfter, mayHaveRun) => {
  const script = retryAfter === undefined ? { fault } : { fault, retryAfter };
  await using server = await openFaultyHttpServer({ faults: [script] });
  await using connection = await openMcpConnection({ url: server.url });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_PROTOCOL", mayHaveRun, status: Number(fault.slice(5)) });
  expect(server.counts().received.filter((method) => method === "tools/call")).toHaveLength(1);
});

const refusal = (message: string): Handler => {
  return handshake((_request, response) => {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32_000, message } }));
  });
};

test.each([
  ["Bad Request: No valid session ID provided", 2],
  ["Bad Request: Server not initialized", 2],
  ["Bad Request: the arguments are no object", 1],
  ["the professional is out", 1],
])(`${covers("MF-14")} (%j: %i calls)`, async (message, calls) => {
  await using server = await HttpTestServer.start(refusal(message));
  await using connection = await openMcpConnection({ url: server.url, expiryBy400: true });

  const error = await connection.callTool("echo").catch(failure);

  expect(error).toMatchObject({ code: calls === 2 ? "MCP_SESSION_EXPIRED" : "MCP_PROTOCOL" });
  expect(server.count("tools/call")).toBe(calls);
  expect(server.count("initialize")).toBe(calls);
});

test(`${covers("MF-14")} (not unless it is asked for)`, async () => {
  await using server = await HttpTestServer.start(refusal("No valid session ID provided"));
  await using connection = await openMcpConnection({ url: server.url });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_PROTOCOL", status: 400, mayHaveRun: true });
  expect(server.count("tools/call")).toBe(1);
});

test(`${covers("MF-14")} (not where there is no session)`, async () => {
  const handler = handshake((_request, response) => response.writeHead(400).end("no session"), { session: "" });
  await using server = await HttpTestServer.start(handler);
  await using connection = await openMcpConnection({ url: server.url, expiryBy400: true });

  await expect(connection.callTool("echo")).rejects.toMatchObject({ code: "MCP_PROTOCOL", status: 400 });
  expect(server.count("tools/call")).toBe(1);
});

test.each([["{oops"], ["{}"], ["7"]])(`${covers("MF-15")} (%s)`, async (data) => {
  const handler = handshake((_request, response) => void beginEvents(response).end(`data: ${data}\n\n`));
  await using server = await HttpTestServer.start(handler);
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_PROTOCOL", mayHaveRun: true });
});

test("an event that is no message does not stand in the way of the answer after it", async () => {
  const handler = handshake(
    (_request, response, body) => void beginEvents(response).end(`data: {oops\n\ndata: ${resultOf(body)}\n\n`),
    { session: "" },
  );
  await using server = await HttpTestServer.start(handler);
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null });

  const { content } = await connection.callTool("echo");

  expect(content).toEqual([{ type: "text", text: "done" }]);
});

test(covers("MF-16"), async () => {
  await using server = await HttpTestServer.start(handshake((_request, response) => response.writeHead(202).end()));
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null, name: "shop" });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_PROTOCOL", status: 202, mayHaveRun: true });
  await expect(call).rejects.toThrow(
    'calling tool "echo" of shop: the server answered HTTP 202, which says that no answer will come',
  );
});

test("a session that was lost by a 400 is opened anew, and the call is made there once", async () => {
  let sessions = 0;
  const answer = handshake((request, response, body) => {
    if (request.method === "DELETE") response.end();
    else if (sessions > 1) endJson(response, resultOf(body));
    else response.writeHead(400).end("Bad Request: no such session");
  });
  await using server = await HttpTestServer.start((request, response, body) => {
    if (body.includes('"initialize"')) sessions += 1;
    answer(request, response, body);
  });
  await using connection = await openMcpConnection({ url: server.url, expiryBy400: true });

  const { content } = await connection.callTool("echo");

  expect(content).toEqual([{ type: "text", text: "done" }]);
  expect(server.count("tools/call")).toBe(2);
});
