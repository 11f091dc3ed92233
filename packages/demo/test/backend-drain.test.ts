import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { type Backend, createBackend } from "../src/backend/backend.ts";
import { runAgent } from "./backend-client.ts";
import { type HeldServer, openHeldServer } from "./held-server.ts";

const patient = 60_000;

test("closing waits for a run under way, whose client gets its answer", async () => {
  await using triage = await openHeldServer();
  const backend = await startBackend(triage, patient);
  const running = runAgent(backend.url, "owned", "What about cart?");
  await triage.reaches("cart", 4);

  const closing = backend.close();
  triage.release("cart");
  const answer = await running;
  await closing;

  expect(answer).toMatchObject({ status: 200, body: { output: expect.stringContaining("cart") } });
});

test.each(["counted", "official", "owned"])(
  "at the deadline a run of the %s agent is cancelled and answered with 503",
  async (agent) => {
    await using triage = await openHeldServer();
    const backend = await startBackend(triage, 0);
    const running = runAgent(backend.url, agent, "What about cart?");
    await triage.reaches("cart", 4);

    await backend.close();

    expect(await running).toMatchObject({
      status: 503,
      body: {
        error: {
          code: "TASK_CANCELLED",
          message: expect.stringContaining("the server shut down after waiting 0 ms"),
        },
      },
    });
    expect(triage.waiting("cart")).toBe(0);
  },
);

test("a request whose body is complete only while runs are waited for is refused with 503", async () => {
  await using triage = await openHeldServer();
  const backend = await startBackend(triage, patient);
  const running = runAgent(backend.url, "owned", "What about cart?");
  await triage.reaches("cart", 4);
  const late = request(`${backend.url}/agents/owned/runs`, { method: "POST", headers: { expect: "100-continue" } });
  late.flushHeaders();
  await once(late, "continue");

  const closing = backend.close();
  late.end(JSON.stringify({ prompt: "What about search?" }));
  const [response] = (await once(late, "response")) as [IncomingMessage];
  triage.release("cart");
  await closing;

  expect(response.statusCode).toBe(503);
  expect(await json(response)).toMatchObject({ error: { code: "SERVER_DRAINING" } });
  expect(await running).toMatchObject({ status: 200 });
});

test("closed, it listens no more and has ended its sessions and every connection to it; closing again does nothing", async () => {
  await using triage = await openHeldServer();
  const backend = await startBackend(triage, patient);
  const silent = connect(Number(new URL(backend.url).port), "127.0.0.1");
  await once(silent, "connect");
  const gone = once(silent.resume(), "close");

  await Promise.all([backend.close(), backend.close()]);
  await backend.close();

  await gone;
  expect(triage.sessions).toEqual({ opened: 1, ended: 1 });
  await expect(runAgent(backend.url, "owned", "Still there?")).rejects.toMatchObject({
    cause: { code: "ECONNREFUSED" },
  });
});

function startBackend(triage: HeldServer, drainMs: number): Promise<Backend> {
  return createBackend({ triageUrl: triage.url, modelMs: 0, drainMs });
}
