import { expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { openFaultyHttpServer } from "../src/testing/index.ts";
import { CountingTool, done, type Fate } from "./fixtures/counting-tool.ts";
import { raceWithHangUps } from "./fixtures/idle-race.ts";
import { soon } from "./fixtures/soon.ts";
import { TcpProxy } from "./fixtures/tcp-proxy.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Each of the cases in a revision of the protocol with sessions, and in one without. */
function bothWays<const T extends string>(...cases: readonly T[]): (readonly [T, "2025-11-25" | "2026-07-28"])[] {
  return cases.flatMap((each) => [[each, "2025-11-25"] as const, [each, "2026-07-28"] as const]);
}

const lost: Fate = { ended: "MCP_CONNECTION_LOST", mayHaveRun: true, runs: 0 };

test.each(bothWays("json", "sse"))(
  "answers whose bytes come one at a time are whole (%s, %s)",
  async (answers, protocol) => {
    const tool = new CountingTool();
    await using server = await openFaultyHttpServer({ tools: tool.tools, answers });
    await using proxy = await TcpProxy.start(server.url);
    proxy.split(1);
    await using connection = await openMcpConnection({ url: proxy.url, protocol });

    const fates = await Promise.all(range(20).map((index) => tool.call(connection, `größer 🐘 ${index}`)));

    expect(fates).toEqual(range(20).map(() => done));
  },
);

test.each(bothWays("end", "reset"))(
  "calls whose connections break (%s, %s) on the way to the server are told, and have not run; the next are answered",
  async (cut, protocol) => {
    const tool = new CountingTool();
    await using server = await openFaultyHttpServer({ tools: tool.tools });
    await using proxy = await TcpProxy.start(server.url);
    await using connection = await openMcpConnection({ url: proxy.url, protocol, callTimeout: null });
    await tool.call(connection, "before");
    proxy.holdBack("up");

    const calls = range(10).map((index) => tool.call(connection, `held ${index}`));
    await expect.poll(() => proxy.held("up").match(/"held \d"/g), soon).toHaveLength(10);
    proxy.hangUp(cut);
    const fates = await Promise.all(calls);
    proxy.letPass("up");
    const next = await Promise.all(range(10).map((index) => tool.call(connection, `next ${index}`)));

    expect(fates).toEqual(fates.map(() => lost));
    expect(next).toEqual(next.map(() => done));
    expect(range(10).map((index) => tool.runs(`held ${index}`))).toEqual(range(10).map(() => 0));
  },
);

test.each(bothWays("end", "reset"))(
  "calls whose connections break (%s, %s) on the way back are told, have run once, and are never repeated",
  async (cut, protocol) => {
    const tool = new CountingTool();
    await using server = await openFaultyHttpServer({ tools: tool.tools });
    await using proxy = await TcpProxy.start(server.url);
    await using connection = await openMcpConnection({ url: proxy.url, protocol, callTimeout: null });
    proxy.holdBack("down");

    const calls = range(10).map((index) => tool.call(connection, `held ${index}`));
    await expect.poll(() => server.counts().executed["echo"], soon).toBe(10);
    proxy.hangUp(cut);
    const fates = await Promise.all(calls);
    proxy.letPass("down");
    const next = await Promise.all(range(10).map((index) => tool.call(connection, `next ${index}`)));

    expect(fates).toEqual(fates.map(() => ({ ...lost, runs: 1 })));
    expect(next).toEqual(next.map(() => done));
    expect(server.counts().executed).toEqual({ echo: 20 });
  },
);

test.each(bothWays("up", "down"))(
  "a call whose bytes get lost on their way %s (%s) is told when its time is up; the next is answered",
  async (direction, protocol) => {
    const tool = new CountingTool();
    await using server = await openFaultyHttpServer({ tools: tool.tools });
    await using proxy = await TcpProxy.start(server.url);
    await using connection = await openMcpConnection({ url: proxy.url, protocol, closeTimeout: 100 });
    const fates: Fate[] = [];
    const next: Fate[] = [];

    for (const bytes of [0, 1, 50, 150, 250]) {
      proxy.cutAfter(bytes, "silence", direction);
      const calls = range(8).map((index) => tool.call(connection, `lost after ${bytes}, ${index}`, { timeout: 100 }));
      fates.push(...(await Promise.all(calls)));
      proxy.heal();
      next.push(...(await Promise.all(range(8).map((index) => tool.call(connection, `after ${bytes}, ${index}`)))));
    }

    expect(fates.filter(({ ended }) => ended !== "MCP_CALL_TIMEOUT")).toEqual([]);
    expect(fates.filter(({ mayHaveRun, runs }) => runs > (direction === "up" || !mayHaveRun ? 0 : 1))).toEqual([]);
    expect(next).toEqual(next.map(() => done));
    expect(server.counts().socketsPeak).toBeLessThanOrEqual(16 + 4 + 1);
  },
);

test("a call that is made in the moment in which the server closes the idle connection is answered or told, and is never run twice", async () => {
  const { tool, fates, next } = await raceWithHangUps("end");

  expect(fates.filter(({ ended }) => ended !== "done")).toEqual(
    fates.flatMap(({ ended }) => (ended === "done" ? [] : [lost])),
  );
  expect(fates.filter(({ ended, runs }) => ended === "done" && runs !== 1)).toEqual([]);
  expect(next).toEqual(next.map(() => done));
  expect(range(100).filter((round) => tool.runs(`race ${round}`) > 1)).toEqual([]);
});
