import { expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { openFaultyHttpServer } from "../src/testing/index.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { soon } from "./fixtures/soon.ts";
import { textOf } from "./fixtures/stdio.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Sockets that serve control, and one for the stream of notifications; these come on top of those of calls. */
const BESIDES = 4 + 1;

test.each([
  [1, "json"],
  [8, "json"],
  [8, "sse"],
] as const)(
  "a thousand calls at the same time hold no more than the sockets they are allowed (%i, %s)",
  async (sockets, answers) => {
    await using server = await openFaultyHttpServer({ answers });
    await using connection = await openMcpConnection({ url: server.url, sockets });

    const results = await Promise.all(
      range(1_000).map((index) => connection.callTool("echo", { text: String(index) })),
    );

    expect(results.map(textOf)).toEqual(range(1_000).map(String));
    const { socketsPeak, executed } = server.counts();
    expect(executed).toEqual({ echo: 1_000 });
    expect(socketsPeak).toBeGreaterThanOrEqual(sockets);
    expect(socketsPeak).toBeLessThanOrEqual(sockets + BESIDES);
  },
);

test.each([
  [8, "json"],
  [50, "json"],
  [50, "sse"],
] as const)(
  "fifty calls that run out of time leave no socket to the server that they held (%i sockets, %s)",
  async (sockets, answers) => {
    await using server = await openFaultyHttpServer({ answers });
    await using connection = await openMcpConnection({ url: server.url, sockets });
    const hanging = server.inject({ fault: "hang", tool: "echo", times: Infinity });

    const errors = await Promise.all(
      range(50).map(() => connection.callTool("echo", {}, { timeout: 500 }).catch((error: unknown) => error)),
    );
    hanging[Symbol.dispose]();
    await expect.poll(() => server.counts().inFlight, soon).toBe(0);
    await expect.poll(() => server.counts().socketsOpen, soon).toBeLessThanOrEqual(BESIDES);
    const results = await Promise.all(range(50).map((index) => connection.callTool("echo", { text: String(index) })));

    expect(errors).toMatchObject(range(50).map(() => ({ code: "MCP_CALL_TIMEOUT" })));
    expect(results.map(textOf)).toEqual(range(50).map(String));
    expect(server.counts().socketsPeak).toBeLessThanOrEqual(sockets + BESIDES);
    expect(connection.statistics()).toMatchObject({ generation: 1, leases: 0, callsInFlight: 0 });
  },
);

test("closing leaves no socket, be it idle, or held by a call", async () => {
  await using server = await HttpTestServer.start();
  const connection = await openMcpConnection({ url: server.url, sockets: 16 });
  await Promise.all(range(16).map(() => connection.callTool("echo")));
  const calls = range(8).map(() => connection.callTool("hold").catch((error: unknown) => error));
  await expect.poll(() => server.probe.begun.filter((name) => name === "hold"), soon).toHaveLength(8);
  const before = server.sockets.size;

  await connection.close();

  expect(await Promise.all(calls)).toMatchObject(range(8).map(() => ({ code: "MCP_CLOSED" })));
  expect(before).toBeGreaterThanOrEqual(16);
  // The server keeps them for a minute, so they are gone because they were closed.
  await expect.poll(() => server.sockets.size, soon).toBe(0);
});
