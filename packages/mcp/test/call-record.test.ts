import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type McpCallOptions, openMcpConnection } from "../src/index.ts";
import { createFaultyServer, openFaultyHttpServer } from "../src/testing/index.ts";
import { oddServer, textOf } from "./fixtures/stdio.ts";
import { soon } from "./fixtures/soon.ts";

const failure = (error: unknown): unknown => error;
const short: McpCallOptions = { timeout: 100 };
const hang = { fault: "hang", times: Infinity } as const;

test.each([
  ["for a place", { maxInFlight: 1 }],
  ["for a socket", { sockets: 1 }],
])(`${covers("MF-4")} (%s)`, async (_what, options) => {
  await using server = await openFaultyHttpServer({ faults: [hang] });
  await using connection = await openMcpConnection({ url: server.url, ...options });
  const first = connection.callTool("echo", {}, { timeout: 400 }).catch(failure);
  await server.waitUntil(({ inFlight }) => inFlight === 1);

  const second = await connection.callTool("echo", {}, short).catch(failure);

  expect(second).toMatchObject({ code: "MCP_CALL_TIMEOUT", mayHaveRun: false });
  expect((second as Error).message).toContain("it could not be sent within 100 ms");
  expect(await first).toMatchObject({ code: "MCP_CALL_TIMEOUT", mayHaveRun: true });
  expect(server.counts()).toMatchObject({ executed: { echo: 1 } });
});

test(`${covers("MF-4")} (to be written)`, async () => {
  await using connection = await openMcpConnection(oddServer);
  const pid = Number(textOf(await connection.callTool("pid")));
  await connection.callTool("stopReading");
  const text = "x".repeat(1_000_000);
  const first = connection.callTool("length", { text }, { timeout: 400 }).catch(failure);
  await expect.poll(() => connection.statistics().callsInFlight, soon).toBe(1);

  const second = await connection.callTool("big", { text }, short).catch(failure);

  expect(second).toMatchObject({ code: "MCP_CALL_TIMEOUT", mayHaveRun: false });
  expect(await first).toMatchObject({ code: "MCP_CALL_TIMEOUT", mayHaveRun: true });
  process.kill(pid, "SIGUSR2");
  expect(textOf(await connection.callTool("received"))).not.toContain("big");
});

test("what was handed to a transport of your own counts as sent", async () => {
  const server = createFaultyServer({ faults: [hang] });
  await using connection = await openMcpConnection({ open: () => server.connect() });

  const call = connection.callTool("echo", {}, short);

  await expect(call).rejects.toMatchObject({ code: "MCP_CALL_TIMEOUT", mayHaveRun: true });
  expect(server.counts().executed).toEqual({ echo: 1 });
});
