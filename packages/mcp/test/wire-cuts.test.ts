import { expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { openFaultyHttpServer } from "../src/testing/index.ts";
import { CountingTool, done, type Fate } from "./fixtures/counting-tool.ts";
import { soon } from "./fixtures/soon.ts";
import { TcpProxy } from "./fixtures/tcp-proxy.ts";

/** A minute and more, for a machine that is busy with other things; alone it takes a second. */
const patient = { timeout: 120_000 };

const versions = ["2025-11-25", "2026-07-28"] as const;
const cuts = [
  ["up", "end", "json"],
  ["up", "reset", "json"],
  ["down", "end", "json"],
  ["down", "reset", "json"],
  ["down", "end", "sse"],
  ["down", "reset", "sse"],
] as const;

test.each(versions.flatMap((protocol) => cuts.map((cut) => [...cut, protocol] as const)))(
  "wherever its bytes on their way %s are cut (%s, %s, %s), a call is answered or fails typed, never runs twice, and the next is answered",
  patient,
  async (direction, cut, answers, protocol) => {
    const tool = new CountingTool();
    await using server = await openFaultyHttpServer({ tools: tool.tools, answers });
    await using proxy = await TcpProxy.start(server.url);
    await using connection = await openMcpConnection({ url: proxy.url, protocol, callTimeout: null });
    const fates: Fate[] = [];
    const next: Fate[] = [];

    for (let bytes = 0, isCut = true; isCut; bytes++) {
      const before = proxy.cuts;
      proxy.cutAfter(bytes, cut, direction);
      fates.push(await tool.call(connection, `cut after ${bytes}`));
      isCut = proxy.cuts > before;
      proxy.heal();
      next.push(await tool.call(connection, `healed after ${bytes}`));
    }

    expect(fates.length).toBeGreaterThan(200);
    expect(fates.at(-1)).toEqual(done);
    expect(new Set(fates.map(({ ended }) => ended))).toEqual(new Set(["done", "MCP_CONNECTION_LOST"]));
    expect(fates.filter(({ runs }) => runs > 1)).toEqual([]);
    expect(fates.filter(({ mayHaveRun, runs }) => !mayHaveRun && runs > 0)).toEqual([]);
    expect(next.filter(({ ended, runs }) => ended !== "done" || runs !== 1)).toEqual([]);
    expect(server.counts().executedTwice).toEqual([]);
  },
);

test.each(
  (["auto", ...versions] as const).flatMap((protocol) => [["up", protocol] as const, ["down", protocol] as const]),
)(
  "wherever the bytes of the handshake on their way %s are cut (%s), opening fails typed or leads to a connection, and leaves no socket",
  patient,
  async (direction, protocol) => {
    await using server = await openFaultyHttpServer();
    await using proxy = await TcpProxy.start(server.url);
    const ends: string[] = [];

    // Each of the handshakes that "auto" may lead to is cut at every byte by itself.
    const step = protocol === "auto" ? 3 : 1;
    for (let bytes = 0, isCut = true; isCut; bytes += step) {
      const before = proxy.cuts;
      proxy.cutAfter(bytes, bytes % 2 === 0 ? "end" : "reset", direction);
      const opening = openMcpConnection({ url: proxy.url, protocol, closeTimeout: 1_000 });
      ends.push(await opening.then(async (connection) => await connection.close().then(() => "open"), codeOf));
      isCut = proxy.cuts > before;
      await expect.poll(() => proxy.connections, soon).toBe(0);
    }
    proxy.heal();
    await using connection = await openMcpConnection({ url: proxy.url, protocol });

    expect(ends.length).toBeGreaterThan(100);
    expect(ends.at(-1)).toBe("open");
    expect(new Set(ends)).toEqual(new Set(["MCP_OPEN_FAILED", "open"]));
    expect(connection.statistics().generation).toBe(1);
  },
);

function codeOf(error: { readonly code: string }): string {
  return error.code;
}
