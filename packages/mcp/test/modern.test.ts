import { expect, test } from "vitest";
import { type McpConnection, openMcpConnection } from "../src/index.ts";
import { startModernServer } from "./fixtures/modern-http-server.ts";
import { createMark, killMarked, pidsMarked } from "./fixtures/processes.ts";
import { soon } from "./fixtures/soon.ts";
import { fixture, textOf } from "./fixtures/stdio.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** A server of 2026-07-28 made with the official kit, and what it tells of its calls. */
interface Modern extends AsyncDisposable {
  readonly options: Parameters<typeof openMcpConnection>[0];
  /** The calls that were begun or aborted, by tool. */
  seen(what: "aborted" | "begun", connection: McpConnection): Promise<string[]>;
  /** Ends it as a crash would, and has it start again. */
  crash(): Promise<void>;
}

async function overHttp(): Promise<Modern> {
  const server = await startModernServer();
  return {
    options: { url: server.url },
    seen: (what) => Promise.resolve(server.probe[what]),
    async crash() {
      await server.pause();
      await server.resume();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function overStdio(): Promise<Modern> {
  const mark = createMark();
  return Promise.resolve({
    options: { command: process.execPath, args: [fixture("modern-stdio-server.ts"), "modern", mark] },
    async seen(what: string, connection: McpConnection) {
      return textOf(await connection.callTool(what)).split(",");
    },
    async crash() {
      const pids = pidsMarked(mark);
      killMarked(mark);
      await expect.poll(() => pidsMarked(mark).some((pid) => pids.includes(pid)), soon).toBe(false);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

const kinds = [
  ["HTTP", overHttp],
  ["stdio", overStdio],
] as const;

test.each(kinds)(
  "a server without sessions is found out, and answers twenty calls at the same time (%s)",
  async (_kind, start) => {
    await using server = await start();
    await using connection = await openMcpConnection(server.options);

    const results = await Promise.all(range(20).map((index) => connection.callTool("sum", { a: index, b: 1 })));

    expect(results.map(({ structuredContent }) => structuredContent)).toEqual(
      range(20).map((index) => ({ sum: index + 1 })),
    );
    expect(await connection.server()).toMatchObject({ protocolVersion: "2026-07-28", name: "test" });
    expect(connection.statistics().generation).toBe(1);
  },
);

test.each(kinds)("of calls to it, one that is cancelled is aborted there, and no other (%s)", async (_kind, start) => {
  await using server = await start();
  await using connection = await openMcpConnection(server.options);
  const controller = new AbortController();
  const kept = connection.callTool("sleep", { ms: 1_000 });
  const cancelled = connection.callTool("sleep", { ms: 60_000 }, { signal: controller.signal });
  const begun = async (): Promise<number> =>
    (await server.seen("begun", connection)).filter((name) => name === "sleep").length;
  await expect.poll(begun, soon).toBe(2);

  controller.abort("no longer wanted");

  await expect(cancelled).rejects.toBe("no longer wanted");
  await expect.poll(async () => await server.seen("aborted", connection), soon).toEqual(["sleep"]);
  expect(textOf(await kept)).toBe("slept 1000 ms");
  expect(connection.statistics().generation).toBe(1);
});

test.each(kinds)("calls under way when it crashes are told, and the next is answered (%s)", async (_kind, start) => {
  await using server = await start();
  await using connection = await openMcpConnection({ ...server.options, callTimeout: 30_000 });
  const calls = range(5).map(() => connection.callTool("hold").catch((error: unknown) => error));
  const begun = async (): Promise<number> =>
    (await server.seen("begun", connection)).filter((name) => name === "hold").length;
  await expect.poll(begun, soon).toBe(5);

  await server.crash();
  const errors = await Promise.all(calls);
  const next = await connection.callTool("echo", { text: "after" });

  const lost = { code: "MCP_CONNECTION_LOST", kind: "outcome-unknown", mayHaveRun: true };
  expect(errors).toMatchObject(range(5).map(() => lost));
  expect(textOf(next)).toBe("after");
});
