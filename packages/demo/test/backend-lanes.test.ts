import { expect, test } from "vitest";
import { createBackend } from "../src/backend/backend.ts";
import { type Answer, get, runAgent } from "./backend-client.ts";
import { type HeldServer, openHeldServer } from "./held-server.ts";

const wrongTask = "Attempted to exit cancel scope in a different task than it was entered in";

test("the counted connection fails the run that leaves last and was not first, with the text in the body", async () => {
  await using triage = await openHeldServer();
  await using backend = await createBackend({ triageUrl: triage.url, modelMs: 0 });

  const { first, last } = await firstInFirstOut(triage, backend.url, "counted");

  expect(first.status).toBe(200);
  expect(last).toEqual({
    status: 500,
    body: { error: { code: "SCOPE_WRONG_TASK", message: wrongTask, errors: [wrongTask] } },
  });
  const records = await get(`${backend.url}/failures`);
  expect(records.body).toEqual([
    {
      agent: "counted",
      run: "run 2",
      code: "SCOPE_WRONG_TASK",
      message: wrongTask,
      callsInFlight: 8,
      opener: "run 1",
      closer: "run 2",
    },
  ]);
  // The owned connection has one for itself; that of the counted one has been ended in spite of the error.
  expect(triage.sessions).toEqual({ opened: 2, ended: 1 });
});

test("after a failure the counted connection opens anew", async () => {
  await using triage = await openHeldServer();
  await using backend = await createBackend({ triageUrl: triage.url, modelMs: 0 });
  await firstInFirstOut(triage, backend.url, "counted");

  const answer = await runAgent(backend.url, "counted", "And cart?");

  expect(answer.status).toBe(200);
  expect(triage.sessions).toEqual({ opened: 3, ended: 2 });
});

test("the counted connection fails nobody when the run that was first leaves last", async () => {
  await using triage = await openHeldServer();
  await using backend = await createBackend({ triageUrl: triage.url, modelMs: 0 });
  const opening = runAgent(backend.url, "counted", "What about cart?");
  await triage.reaches("cart", 4);
  const following = runAgent(backend.url, "counted", "What about search?");
  await triage.reaches("search", 4);

  triage.release("search");
  const second = await following;
  triage.release("cart");
  const first = await opening;

  expect([first.status, second.status]).toEqual([200, 200]);
});

test("the owned connection fails neither run, over one session", async () => {
  await using triage = await openHeldServer();
  await using backend = await createBackend({ triageUrl: triage.url, modelMs: 0 });

  const { first, last } = await firstInFirstOut(triage, backend.url, "owned");

  expect([first.status, last.status]).toEqual([200, 200]);
  expect(await get(`${backend.url}/failures`)).toMatchObject({ body: [] });
  expect(triage.sessions).toEqual({ opened: 1, ended: 0 });
});

test("the official client is closed by the run that ends first under the other, whose record names both", async () => {
  await using triage = await openHeldServer();
  await using backend = await createBackend({ triageUrl: triage.url, modelMs: 0 });

  const { first, last } = await firstInFirstOut(triage, backend.url, "official");

  expect(first.status).toBe(200);
  expect(last).toMatchObject({
    status: 500,
    body: { error: { code: "AGENT_TOOL_CONNECTION", message: "connection closed or lost: Connection closed" } },
  });
  const records = await get(`${backend.url}/failures`);
  expect(records.body).toMatchObject([
    { agent: "official", run: "run 2", opener: "run 2", closer: "run 1", callsInFlight: 8 },
  ]);
});

test("a client that goes away cancels its run, and leaves no record of a failure", async () => {
  await using triage = await openHeldServer();
  await using backend = await createBackend({ triageUrl: triage.url, modelMs: 0 });
  const clients = ["counted", "official", "owned"].map((agent) => {
    const leaving = new AbortController();
    const run = runAgent(backend.url, agent, "What about cart?", leaving.signal).catch(() => undefined);
    return { run, leaving };
  });
  await triage.reaches("cart", 12);

  for (const { leaving } of clients) leaving.abort();
  await Promise.all(clients.map(({ run }) => run));

  await triage.reaches("cart", 0);
  await expect.poll(() => get(`${backend.url}/healthz`)).toMatchObject({ body: { running: 0 } });
  expect(await get(`${backend.url}/failures`)).toMatchObject({ body: [] });
});

/** Two runs whose calls overlap; the one that came first leaves first. */
async function firstInFirstOut(
  triage: HeldServer,
  url: string,
  agent: string,
): Promise<{ readonly first: Answer; readonly last: Answer }> {
  const opening = runAgent(url, agent, "What about cart?");
  await triage.reaches("cart", 4);
  const following = runAgent(url, agent, "What about search?");
  await triage.reaches("search", 4);
  triage.release("cart");
  const first = await opening;
  triage.release("search");
  return { first, last: await following };
}
