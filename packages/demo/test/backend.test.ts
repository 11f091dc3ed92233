import { request } from "node:http";
import { once } from "node:events";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Backend, createBackend } from "../src/backend/backend.ts";
import { createTriageServer, type TriageServer } from "../src/triage/triage-server.ts";
import { type Body, get, post, runAgent } from "./backend-client.ts";

let triage: TriageServer;
let backend: Backend;

beforeAll(async () => {
  triage = await createTriageServer({ toolMs: 0 });
  backend = await createBackend({ triageUrl: triage.url, modelMs: 0 });
});

afterAll(async () => {
  await backend.close();
  await triage.close();
});

test("says that it is there, and which agents it has", async () => {
  const health = await get(`${backend.url}/healthz`);

  expect(health).toEqual({
    status: 200,
    body: { status: "ok", running: 0, agents: ["counted", "official", "owned", "control"] },
  });
});

test.each(["counted", "official", "owned"])(
  "the %s agent looks at four things in one turn, then answers",
  async (name) => {
    const answer = await runAgent(backend.url, name, "Why does cart lose items?");

    expect(answer).toMatchObject({
      status: 200,
      body: {
        output: expect.stringContaining("Look at what cart depends on"),
        usage: { inputTokens: { total: expect.any(Number) }, outputTokens: { total: expect.any(Number) } },
        report: { agent: name, outcome: "finished" },
      },
    });
    expect(outcomes(answer.body)).toEqual([["ok", "ok", "ok", "ok"], []]);
  },
);

test("the control agent has one tool, and needs it in one run of six", async () => {
  const found: unknown[] = [];

  for (let run = 1; run <= 6; run++) {
    const { body } = await runAgent(backend.url, "control", "Why does cart lose items?");
    found.push(outcomes(body));
  }

  expect(found).toEqual([...Array.from({ length: 5 }, () => [[]]), [["ok"], []]]);
});

test("an agent that is not there is a 404 that names those that are", async () => {
  const answer = await runAgent(backend.url, "tirage", "Why?");

  const message = "there is no agent of that name; there are counted, official, owned, control";
  expect(answer).toEqual({ status: 404, body: { error: { code: "AGENT_UNKNOWN", message, errors: [message] } } });
});

test.each([
  ["GET", "/"],
  ["GET", "/agents/owned/runs"],
  ["POST", "/agents/owned"],
])("%s %s is a 404", async (method, path) => {
  const response = await fetch(backend.url + path, { method });

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { code: "NOT_FOUND" } });
});

test.each(["", "{", "null", "[]", '"why?"', "{}", '{"prompt":1}', '{"prompt":""}', '{"prompt":["why?"]}'])(
  "the body %j is a 400",
  async (body) => {
    const answer = await post(`${backend.url}/agents/owned/runs`, body);

    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: "REQUEST_MALFORMED", message: 'the body is not {"prompt": "some question"} as JSON' } },
    });
  },
);

test("a body that comes in chunks, without its length, is read", async () => {
  const answer = await post(`${backend.url}/agents/owned/runs`, new Blob(['{"prompt":"Why?"}']).stream());

  expect(answer).toMatchObject({ status: 200, body: { output: expect.stringContaining("checkout") } });
});

test.each([
  ["with its length", (text: string): Body => text],
  ["in chunks", (text: string): Body => new Blob([text]).stream()],
])("a body that is too large and comes %s is a 413", async (_, bodyOf) => {
  const answer = await post(`${backend.url}/agents/owned/runs`, bodyOf(JSON.stringify({ prompt: "x".repeat(65_536) })));

  expect(answer).toMatchObject({ status: 413, body: { error: { code: "REQUEST_TOO_LARGE" } } });
});

test.each([
  ["host", "shop.example"],
  ["origin", "https://shop.example"],
])("a request with the %s of a page elsewhere is a 403", async (header, value) => {
  const asking = request(`${backend.url}/healthz`, { headers: { [header]: value } }).end();

  const [response] = await once(asking, "response");

  expect(response.statusCode).toBe(403);
  expect(await json(response)).toMatchObject({ error: { code: "NOT_LOCAL" } });
});

test("a port that is in use is an error that names it, and leaves no connection to the triage server", async () => {
  const port = Number(new URL(backend.url).port);
  const { sessionsOpen } = triage.statistics();

  const second = createBackend({ triageUrl: triage.url, port });

  await expect(second).rejects.toMatchObject({ code: "DEMO_PORT_IN_USE", port });
  expect(triage.statistics()).toMatchObject({ sessionsOpen });
});

test.each([{ triageUrl: "nowhere" }, { port: 65_536 }, { seed: 1.5 }, { modelMs: -1 }, { drainMs: -1 }, { prot: 1 }])(
  "refuses the options %o in one line",
  async (options) => {
    const [name] = Object.keys(options);

    const refused = createBackend({ triageUrl: triage.url, ...options });

    await expect(refused).rejects.toThrow(RangeError);
    await expect(refused).rejects.toThrow(new RegExp(`^options of the agent backend: .*${name}.*$`));
  },
);

/** How the calls of each turn ended. */
function outcomes(body: unknown): unknown {
  const { report } = body as { report: { turns: { calls: { outcome: string }[] }[] } };
  return report.turns.map(({ calls }) => calls.map(({ outcome }) => outcome));
}
