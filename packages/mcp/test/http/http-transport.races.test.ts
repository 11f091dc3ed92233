import { expect, test } from "vitest";
import { HttpTransport } from "../../src/http/http-transport.ts";
import { openMcpConnection } from "../../src/index.ts";
import { openFaultyHttpServer } from "../../src/testing/index.ts";
import { done } from "../fixtures/counting-tool.ts";
import { raceWithHangUps } from "../fixtures/idle-race.ts";
import { handshake, HttpTestServer } from "../fixtures/http-server.ts";
import { soon } from "../fixtures/soon.ts";
import { TcpProxy } from "../fixtures/tcp-proxy.ts";

test("a call that never left because the idle connection was reset is made on another", async () => {
  const { fates, next } = await raceWithHangUps("reset");

  expect(fates.filter(({ ended, mayHaveRun }) => ended !== "done" && !mayHaveRun)).toEqual([]);
  expect(next).toEqual(next.map(() => done));
});

test("cancellations whose acceptance gets lost do not keep later ones from the server", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "hang", tool: "echo", times: Infinity }] });
  await using proxy = await TcpProxy.start(server.url);
  const open = (): HttpTransport => new HttpTransport(new URL(proxy.url), { noticeLimit: 200 });
  await using connection = await openMcpConnection({ open, protocol: "legacy" });
  proxy.cutAfter(0, "silence", "down");
  await Promise.all(Array.from({ length: 8 }, () => connection.callTool("echo", {}, { timeout: 100 }).catch(() => {})));
  await expect.poll(() => server.counts().cancels, soon).toBeGreaterThanOrEqual(4);
  proxy.heal();

  const before = server.counts().cancels;
  await connection.callTool("echo", {}, { timeout: 100 }).catch(() => {});

  await expect.poll(() => server.counts().cancels, soon).toBeGreaterThan(before);
});

test("the first call comes after the server has answered for the stream that stands beside the calls", async () => {
  const order: string[] = [];
  await using server = await HttpTestServer.start();
  const play = handshake((request, response, body) => {
    if (request.method === "DELETE") {
      response.end();
      return;
    }
    order.push("call");
    const { id } = JSON.parse(body) as { id: number };
    const result = { content: [] };
    response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
  server.handle((request, response, body) => {
    if (request.method !== "GET") {
      play(request, response, body);
      return;
    }
    // A few turns, as a server has to look up the session.
    setImmediate(() =>
      setImmediate(() =>
        setImmediate(() => {
          order.push("stream");
          response.writeHead(405).end();
        }),
      ),
    );
  });
  await using connection = await openMcpConnection({ url: server.url, protocol: "legacy" });

  await connection.callTool("any");

  expect(order).toEqual(["stream", "call"]);
});
