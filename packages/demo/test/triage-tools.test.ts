import { expect, test } from "vitest";
import { createTriageServer } from "../src/triage/triage-server.ts";
import { connectTo } from "./triage-client.ts";

test("offers six read-only tools, each with a description and a closed input schema", async () => {
  await using server = await createTriageServer({ toolMs: 0 });
  await using triage = await connectTo(server.url);

  const { tools } = await triage.client.listTools();

  expect(tools.map(({ name, inputSchema }) => [name, inputSchema.required])).toEqual([
    ["search_logs", ["service"]],
    ["query_metrics", ["service", "metric"]],
    ["list_deploys", undefined],
    ["read_runbook", ["service"]],
    ["who_owns", ["service"]],
    ["recent_incidents", undefined],
  ]);
  for (const { description, inputSchema, annotations } of tools) {
    expect(description).toMatch(/\.$/);
    expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
    expect(annotations).toMatchObject({ readOnlyHint: true });
  }
});

test("a triage leads from the failing step to the deploy, its owner and the earlier incident", async () => {
  await using server = await createTriageServer({ toolMs: 0 });
  await using triage = await connectTo(server.url);

  const logs = await triage.ask("search_logs", { service: "checkout", level: "error", limit: 3 });
  const waits = await triage.ask("query_metrics", { service: "payments", metric: "pool_wait_ms" });
  const deploys = await triage.ask("list_deploys", { service: "payments" });
  const runbook = await triage.ask("read_runbook", { service: "payments" });
  const owner = await triage.ask("who_owns", { service: "payments" });
  const incidents = await triage.ask("recent_incidents", { service: "payments" });

  expect(logs).toMatch(/^checkout, 60 minutes to 2026-11-20 14:30 UTC: \d+ lines \(\d+ error\); the newest 3\n/);
  expect(logs.split("\n")).toHaveLength(4);
  expect(logs).toContain("step=payment upstream=payments timeout after 3000 ms");
  expect(waits).toMatch(/\nmean \d+, lowest \S+, highest \d+; mean of the 60 minutes before: [345]\.?\d*\n13:30 /);
  expect(waits.split("\n")).toHaveLength(14);
  expect(deploys).toMatch(/2 deploys\n2026-11-20 14:02 UTC payments 2026\.11\.20-2 .+gateway\.pool\.max/);
  expect(runbook).toContain("If a deploy of the last hour changed the pool, roll it back.");
  expect(owner).toContain("on call: Daniela Cruz, then Ibrahim Sesay");
  expect(incidents).toMatch(/INC-2291 .+ minutes, payments: .+gateway\.pool\.max from 40 to 10/);
});

test("a search finds its text in any case, in the minutes and the level asked for", async () => {
  await using server = await createTriageServer({ toolMs: 0 });
  await using triage = await connectTo(server.url);

  const started = await triage.ask("search_logs", { service: "payments", query: "GATEWAY.POOL.MAX", minutes: 720 });
  const lately = await triage.ask("search_logs", { service: "payments", query: "gateway.pool.max", minutes: 60 });
  const urgent = await triage.ask("search_logs", { service: "payments", query: "gateway.pool.max", level: "warn" });

  expect(started).toContain("8 lines (8 info, 0 warn, 0 error)");
  expect(started).toMatch(/started version=2026\.11\.20-1 gateway\.pool\.max=40/);
  expect(lately).toContain("4 lines (4 info, 0 warn, 0 error)");
  expect(lately).not.toContain("gateway.pool.max=40");
  expect(urgent).toContain("0 lines (0 warn, 0 error)");
});

test("without a service, deploys and incidents are those of all services", async () => {
  await using server = await createTriageServer({ toolMs: 0 });
  await using triage = await connectTo(server.url);

  const deploys = await triage.ask("list_deploys", { hours: 336, limit: 60 });
  const incidents = await triage.ask("recent_incidents", { limit: 30 });
  const open = await triage.ask("recent_incidents", { open: true });

  expect(deploys).toMatch(/^all services, .+: 60 deploys\n/);
  expect(deploys.split("\n")).toHaveLength(61);
  expect(incidents.split("\n")).toHaveLength(31);
  expect(open).toMatch(/^all services: 1 open incident\nINC-2300 .+ open, checkout: /);
});

test.each([
  ["search_logs", {}, "service"],
  ["search_logs", { service: "billing" }, "storefront"],
  ["search_logs", { service: "checkout", limit: 101 }, "limit"],
  ["query_metrics", { service: "checkout", metric: "weather" }, "latency_p95_ms"],
  ["list_deploys", { hours: 0 }, "hours"],
  ["read_runbook", { service: "checkout", page: 2 }, "page"],
  ["who_owns", { service: 1 }, "service"],
  ["recent_incidents", { limit: 2.5 }, "limit"],
])("%s refuses %o and says what is wrong", async (tool, question, word) => {
  await using server = await createTriageServer({ toolMs: 0 });
  await using triage = await connectTo(server.url);

  const answer = await triage.ask(tool, question);

  expect(answer).toMatch(/^error: .*Invalid arguments/);
  expect(answer).toContain(word);
  expect(server.statistics().toolCalls).toBe(0);
});

test("a metric that the service does not have is answered with those it has", async () => {
  await using server = await createTriageServer({ toolMs: 0 });
  await using triage = await connectTo(server.url);

  const answer = await triage.ask("query_metrics", { service: "cart", metric: "queue_depth" });

  expect(answer).toBe(
    "error: cart has no metric queue_depth; it has requests_per_s, error_rate_percent, latency_p95_ms, cpu_percent",
  );
});

test("servers of the same seed give the same answers, of another seed others", async () => {
  const question = { service: "checkout", level: "debug", minutes: 720, limit: 100 };
  const answers = await Promise.all(
    [5, 5, 6].map(async (seed) => {
      await using server = await createTriageServer({ toolMs: 0, seed });
      await using triage = await connectTo(server.url);
      return await triage.ask("search_logs", question);
    }),
  );

  expect(answers[1]).toBe(answers[0]);
  expect(answers[2]).not.toBe(answers[0]);
});
