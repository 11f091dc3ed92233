import { CancelScope, currentTask, run } from "@holdfast/concurrency";
import type { CallToolResult } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { type McpAroundCall, type McpToolCall, openMcpConnection } from "../src/index.ts";
import { PlayedServer } from "./fixtures/played-server.ts";

/** A server whose tools give their arguments and metadata, `hold` excepted. */
function echoing(): PlayedServer {
  return PlayedServer.greeting(({ params = {} }) => {
    const { name, arguments: args, _meta } = params;
    return name === "hold" ? undefined : { content: [{ type: "text", text: JSON.stringify({ args, _meta }) }] };
  });
}

/** What reached the server. */
function sent({ content: [block] }: CallToolResult): unknown {
  return block?.type === "text" ? JSON.parse(block.text) : undefined;
}

function open(server: PlayedServer, aroundCall: McpAroundCall) {
  return openMcpConnection({ open: () => server.connect(), aroundCall, name: "shop" });
}

test("stands around each call of the connection, of a lease and of a toolset, and is told what is called", async () => {
  const seen: McpToolCall[] = [];
  await using connection = await open(echoing(), (call, next) => (seen.push(call), next()));

  await connection.callTool("a", { n: 1 }, { meta: { m: 2 } });
  await connection.withLease((lease) => lease.callTool("b"));
  await connection.toolset({ prefix: "shop_" }).callTool("shop_c", {}, { toolCallId: "call-1" });

  expect(seen).toEqual([
    { name: "a", args: { n: 1 }, meta: { m: 2 } },
    { name: "b", args: {}, meta: {} },
    { name: "c", args: {}, meta: {}, toolCallId: "call-1" },
  ]);
});

test("may change arguments and metadata, answer by itself, and throw", async () => {
  const server = echoing();
  await using connection = await open(server, ({ name, args }, next) => {
    if (name === "change") return next({ args: { ...args, more: true }, meta: { traceparent: "t" } });
    if (name === "answer") return { content: [] };
    throw new Error("not allowed");
  });

  const outcomes = await Promise.allSettled(
    ["change", "answer", "deny"].map((name) => connection.callTool(name, { n: 1 })),
  );

  expect(outcomes).toMatchObject([{}, { value: { content: [] } }, { reason: { message: "not allowed" } }]);
  expect(sent((outcomes[0] as PromiseFulfilledResult<CallToolResult>).value)).toEqual({
    args: { n: 1, more: true },
    _meta: { traceparent: "t" },
  });
  expect(server.count("tools/call")).toBe(1);
});

test("cannot put in metadata what is the protocol's own", async () => {
  await using connection = await open(echoing(), ({ args }, next) => next({ args, meta: { progressToken: 1 } }));

  await expect(connection.callTool("a")).rejects.toThrow(TypeError);
});

test("runs in the task of the caller, and is cancelled with its scope", async () => {
  const seen: unknown[] = [];
  await using connection = await open(echoing(), async (_call, next) => {
    seen.push(currentTask().name);
    scope.cancel();
    try {
      return await next();
    } finally {
      seen.push("unwound");
    }
  });
  const scope = new CancelScope();

  await run(() => scope.run(() => connection.callTool("hold")), { name: "caller" });

  expect(seen).toEqual(["caller", "unwound"]);
  expect(connection.statistics().callsInFlight).toBe(0);
});

test("runs once where a call is made once more on a new connection", async () => {
  const server = echoing();
  let calls = 0;
  await using connection = await open(server, (_call, next) => ((calls += 1), next()));
  server.refusing = "tools/call";

  await connection.callTool("a");

  expect(calls).toBe(1);
  expect(connection.statistics().generation).toBe(2);
});

test("the time limit is for what `next()` does", async () => {
  await using connection = await open(echoing(), async (_call, next) => {
    const outcome = await next().catch((error: unknown) => error);
    return { content: [{ type: "text", text: (outcome as { code: string }).code }] };
  });

  const { content } = await connection.callTool("hold", {}, { timeout: 10 });

  expect(content).toEqual([{ type: "text", text: "MCP_CALL_TIMEOUT" }]);
});
