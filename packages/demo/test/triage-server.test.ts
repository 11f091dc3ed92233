import { once } from "node:events";
import { connect } from "node:net";
import { expect, test, vi } from "vitest";
import { createTriageServer, type TriageServer } from "../src/triage/triage-server.ts";
import { connectTo } from "./triage-client.ts";

const endless = 60_000;

test("counts sessions and tool calls, and tells them at /healthz", async () => {
  await using server = await createTriageServer({ toolMs: 0 });
  await using first = await connectTo(server.url);
  await using second = await connectTo(server.url);
  await first.ask("who_owns", { service: "cart" });
  await second.ask("who_owns", { service: "search" });
  await first.transport.terminateSession();

  const health = await fetch(new URL("/healthz", server.url));

  const counts = { sessionsOpened: 2, sessionsOpen: 1, toolCalls: 2 };
  expect(server.statistics()).toEqual(counts);
  expect(await health.json()).toEqual({ status: "ok", ...counts });
});

test("a DELETE ends its session, and neither the others nor their calls", async () => {
  await using server = await createTriageServer({ toolMs: 100 });
  await using first = await connectTo(server.url);
  await using second = await connectTo(server.url);
  const underWay = second.ask("read_runbook", { service: "cart" });
  await callsReach(server, 1);
  const id = first.transport.sessionId;

  await first.transport.terminateSession();

  expect(await post(server, { "mcp-session-id": id as string })).toMatchObject({ status: 404 });
  expect(await underWay).toContain("Cart: items vanish");
  expect(server.statistics()).toMatchObject({ sessionsOpen: 1 });
});

test("a session id that nobody was given is answered with 404, none at all with 400", async () => {
  await using server = await createTriageServer({ toolMs: 0 });

  const unknown = await post(server, { "mcp-session-id": "6b1c0a58-0000-4000-8000-000000000000" });
  const none = await post(server, {});

  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ error: { code: -32_001, message: "Session not found" } });
  expect(none.status).toBe(400);
  expect(server.statistics()).toMatchObject({ sessionsOpened: 0, sessionsOpen: 0 });
});

test("a page of another host cannot reach it", async () => {
  await using server = await createTriageServer({ toolMs: 0 });

  const answer = await post(server, { origin: "http://shop.example" });

  expect(answer.status).toBe(403);
});

test("at its limit, the session that was used least recently makes room", async () => {
  await using server = await createTriageServer({ toolMs: 0, maxSessions: 2 });
  await using first = await connectTo(server.url);
  await using second = await connectTo(server.url);
  await first.ask("who_owns", { service: "cart" });

  await using third = await connectTo(server.url);

  await expect(second.ask("who_owns", { service: "cart" })).rejects.toMatchObject({ data: { status: 404 } });
  expect(await first.ask("who_owns", { service: "cart" })).toContain("Purchase");
  expect(await third.ask("who_owns", { service: "cart" })).toContain("Purchase");
  expect(server.statistics()).toMatchObject({ sessionsOpened: 3, sessionsOpen: 2 });
});

test("at its limit, a new session is refused while every other has a call in flight", async () => {
  await using server = await createTriageServer({ toolMs: endless, maxSessions: 1 });
  await using busy = await connectTo(server.url);
  const cancelling = new AbortController();
  const call = busy.ask("read_runbook", { service: "cart" }, cancelling.signal);
  await callsReach(server, 1);

  await expect(connectTo(server.url)).rejects.toMatchObject({ data: { status: 503 } });

  cancelling.abort();
  await expect(call).rejects.toMatchObject({ code: "REQUEST_TIMEOUT" });
});

test("a cancelled call stops waiting and frees its session", async () => {
  await using server = await createTriageServer({ toolMs: endless, maxSessions: 1 });
  await using busy = await connectTo(server.url);
  const cancelling = new AbortController();
  const call = busy.ask("read_runbook", { service: "cart" }, cancelling.signal);
  await callsReach(server, 1);

  cancelling.abort();
  await expect(call).rejects.toMatchObject({ code: "REQUEST_TIMEOUT" });

  await vi.waitFor(async () => {
    await using next = await connectTo(server.url);
    expect(next.transport.sessionId).toBeDefined();
  });
});

test("closing lets a call in flight finish and leaves no session", async () => {
  const server = await createTriageServer({ toolMs: 100 });
  await using triage = await connectTo(server.url);
  const call = triage.ask("read_runbook", { service: "cart" });
  await callsReach(server, 1);

  await server.close();

  expect(await call).toContain("Cart: items vanish");
  expect(server.statistics()).toMatchObject({ sessionsOpen: 0 });
});

test("closing waits no longer than its grace for a call in flight", async () => {
  const server = await createTriageServer({ toolMs: endless });
  await using triage = await connectTo(server.url);
  const outcome = triage.ask("read_runbook", { service: "cart" }).catch((error: unknown) => error);
  await callsReach(server, 1);

  await Promise.all([server.close(0), server.close()]);

  expect(server.statistics()).toMatchObject({ sessionsOpen: 0 });
  await triage.client.close();
  expect(await outcome).toBeInstanceOf(Error);
});

test("after closing, nothing listens and open connections are gone", async () => {
  const server = await createTriageServer({ toolMs: 0 });
  const { port } = new URL(server.url);
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");

  await server.close();

  await once(socket.resume(), "close");
  const refused = connect(Number(port), "127.0.0.1");
  await expect(once(refused, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("a port that is in use is an error that names it", async () => {
  await using server = await createTriageServer({ toolMs: 0 });
  const port = Number(new URL(server.url).port);

  const second = createTriageServer({ port });

  await expect(second).rejects.toMatchObject({
    name: "PortInUseError",
    code: "DEMO_PORT_IN_USE",
    port,
    message: `listening on 127.0.0.1:${port}: another process has the port; name a free one, or 0 for any`,
  });
});

test.each([{ seed: 1.5 }, { port: 65_536 }, { toolMs: -1 }, { quickFactor: 2 }, { maxSessions: 0 }, { prot: 1 }])(
  "refuses the options %o",
  async (options) => {
    const [name] = Object.keys(options);

    const server = createTriageServer(options);

    await expect(server).rejects.toThrow(RangeError);
    await expect(server).rejects.toThrow(name);
  },
);

async function callsReach(server: TriageServer, toolCalls: number): Promise<void> {
  await vi.waitFor(() => expect(server.statistics()).toMatchObject({ toolCalls }), { interval: 5 });
}

function post({ url }: TriageServer, headers: Record<string, string>): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  });
}
