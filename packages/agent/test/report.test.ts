import { failAfter, sleep } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { createAgent, type RunObserver, type RunReport, ToolConnectionError, type Usage } from "../src/index.ts";
import { anyTool, callingModel, rejectionOf, virtually } from "./models.ts";

const work = anyTool("work", ({ ms = 0 }) => sleep(ms as number).then(() => "worked"));
const fail = anyTool("fail", () => Promise.reject(new Error("no such service")));
const lose = anyTool("lose", async () => {
  await sleep(10);
  throw new ToolConnectionError("the socket closed");
});

test("reports every turn and every call in order, as plain data", async () => {
  const model = callingModel(["work", { ms: 20 }], ["fail"]);
  const agent = createAgent({ name: "triage", model, tools: [work, fail] });

  const { report } = await virtually(() => agent.run("Go."));

  expect(JSON.parse(JSON.stringify(report))).toEqual({
    agent: "triage",
    outcome: "finished",
    turns: [
      {
        calls: [
          { tool: "work", toolCallId: "call-1-1", outcome: "ok", ms: 20 },
          { tool: "fail", toolCallId: "call-1-2", outcome: "error", error: "no such service", ms: 0 },
        ],
        ms: 20,
      },
      { calls: [], ms: 0 },
    ],
    ms: 20,
  });
});

test("freezes the report through and through", async () => {
  const agent = createAgent({ name: "triage", model: callingModel(["work"]), tools: [work] });

  const { report } = await virtually(() => agent.run("Go."));

  const [turn] = report.turns;
  expect([report, report.turns, turn, turn?.calls, turn?.calls[0]].every(Object.isFrozen)).toBe(true);
});

test("gives the observer the report and the usage of a run that fails, with the error that it rejects with", async () => {
  const ends: [RunReport, Usage, unknown][] = [];
  const agent = createAgent({
    name: "triage",
    model: callingModel(["work", { ms: 50 }], ["lose"]),
    tools: [work, lose],
  });
  const observer: RunObserver = { runFinished: (...end) => ends.push(end as (typeof ends)[0]) };

  const error = await rejectionOf(virtually(() => agent.run("Go.", { observer })));

  expect(ends).toHaveLength(1);
  const [[report, usage, thrown] = []] = ends;
  expect(thrown).toBe(error);
  expect(usage?.inputTokens.total).toBeGreaterThan(0);
  expect(report).toMatchObject({
    outcome: "failed",
    turns: [
      {
        calls: [
          { tool: "work", outcome: "cancelled" },
          { tool: "lose", outcome: "failed", error: "the socket closed" },
        ],
      },
    ],
  });
});

test("reports a run that its caller cancelled as cancelled", async () => {
  const ends: RunReport[] = [];
  const agent = createAgent({ name: "triage", model: callingModel(["work", { ms: 500 }]), tools: [work] });
  const observer: RunObserver = { runFinished: (report) => ends.push(report) };

  await rejectionOf(virtually(() => failAfter(50, () => agent.run("Go.", { observer }))));

  expect(ends).toMatchObject([{ outcome: "cancelled", turns: [{ calls: [{ outcome: "cancelled" }] }] }]);
});

test("tells the observer each step in order, so that it can count the calls in flight at a failure", async () => {
  const log: string[] = [];
  const inFlight = new Set<unknown>();
  let atFailure: unknown;
  const observer: RunObserver = {
    turnStarted: (turn) => log.push(`turn ${turn} starts`),
    callStarted: (call) => {
      inFlight.add(call);
      log.push(`${call.tool} starts`);
    },
    callFinished: (call, { outcome }, error) => {
      if (outcome === "failed") atFailure = [inFlight.size, (error as Error).message];
      inFlight.delete(call);
      log.push(`${call.tool} ${outcome}`);
    },
    turnFinished: (turn, { calls }) => log.push(`turn ${turn} ends after ${calls.length} calls`),
    runFinished: ({ outcome }) => log.push(`run ${outcome}`),
  };
  const model = callingModel(["work", { ms: 5 }], ["work", { ms: 50 }], ["lose"]);
  const agent = createAgent({ name: "triage", model, tools: [work, lose] });

  await rejectionOf(virtually(() => agent.run("Go.", { observer })));

  expect(log).toEqual([
    "turn 1 starts",
    "work starts",
    "work starts",
    "lose starts",
    "work ok",
    "lose failed",
    "work cancelled",
    "turn 1 ends after 3 calls",
    "run failed",
  ]);
  expect(atFailure).toEqual([2, "the socket closed"]);
  expect(inFlight).toEqual(new Set());
});
