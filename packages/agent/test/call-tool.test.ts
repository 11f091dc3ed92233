import { currentTask, failAfter, shielded, sleep, taskGroup } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, tool, type AgentOptions, type CallReport } from "../src/index.ts";
import { anyTool, callingModel, generated, rawModel, rejectionOf, resultsIn, virtually } from "./models.ts";

/** Runs an agent whose model calls "work" once; gives what the model was shown, and the report of the call. */
async function callWork(options: Partial<AgentOptions>): Promise<{ shown: unknown; call: CallReport | undefined }> {
  const agent = createAgent({ name: "triage", model: callingModel(["work"]), ...options });
  const { output, report } = await virtually(() => agent.run("Go."));
  const [shown] = JSON.parse(output) as unknown[];
  return { shown, call: report.turns[0]?.calls[0] };
}

test("an error of the tool's own becomes a result, and its siblings finish", async () => {
  const fail = anyTool("fail", () => Promise.reject(new Error("no such service")));
  const work = anyTool("work", () => sleep(10).then(() => "worked"));
  const agent = createAgent({ name: "triage", model: callingModel(["fail"], ["work"]), tools: [fail, work] });

  const { output, report } = await virtually(() => agent.run("Go."));

  expect(JSON.parse(output)).toEqual([
    { type: "error-text", value: "no such service" },
    { type: "text", value: "worked" },
  ]);
  expect(report.turns[0]?.calls.map(({ outcome }) => outcome)).toEqual(["error", "ok"]);
});

test.each<[unknown, string]>([
  [new RangeError(""), "RangeError"],
  ["thrown as a string", "thrown as a string"],
  [new AggregateError([new Error("left"), new Error("right")]), "left; right"],
])("words the error %s for the model", async (thrown, value) => {
  const work = anyTool("work", () => Promise.reject(thrown));

  const { shown } = await callWork({ tools: [work] });

  expect(shown).toEqual({ type: "error-text", value });
});

test("a failure inside a tool's own task group is the tool's own", async () => {
  const work = anyTool("work", () =>
    taskGroup(async (group) => {
      await group.startSoon(() => Promise.reject(new Error("half of it failed")));
    }),
  );

  const { shown } = await callWork({ tools: [work] });

  expect(shown).toEqual({ type: "error-text", value: "half of it failed" });
});

test("a time limit that the tool set itself is the tool's own error", async () => {
  const work = anyTool("work", () => failAfter(5, () => sleep(1_000)));

  const { shown, call } = await callWork({ tools: [work] });

  expect(shown).toMatchObject({ type: "error-text", value: expect.stringContaining("failAfter(5)") });
  expect(call?.outcome).toBe("error");
});

test("input that does not fit the schema becomes a result with every issue, and the tool does not run", async () => {
  let runs = 0;
  const input = z.object({ service: z.string(), lines: z.array(z.number()) });
  const work = tool({ name: "work", input, run: () => (runs += 1) });
  const model = callingModel(["work", { service: 1, lines: [1, "two"] }]);

  const { shown, call } = await callWork({ model, tools: [work] });

  expect(shown).toMatchObject({
    type: "error-json",
    value: { issues: [{ path: "service" }, { path: "lines.1" }] },
  });
  expect(call?.outcome).toBe("invalid-input");
  expect(runs).toBe(0);
});

test("input that is not JSON becomes a result, and the model is shown its call with an empty input", async () => {
  const call = { type: "tool-call", toolCallId: "1", toolName: "work", input: '{"service": ' } as const;
  const model = rawModel(generated([call], "tool-calls"), generated([]));
  const agent = createAgent({ name: "triage", model, tools: [anyTool("work", () => 1)] });

  const { report } = await virtually(() => agent.run("Go."));

  const prompt = model.asked[1]?.prompt ?? [];
  expect(prompt.at(-2)).toMatchObject({ content: [{ type: "tool-call", input: {} }] });
  expect(resultsIn(prompt)).toMatchObject([{ output: { type: "error-json", value: { issues: [{ path: "" }] } } }]);
  expect(report.turns[0]?.calls[0]?.outcome).toBe("invalid-input");
});

test("an empty input counts as an empty object", async () => {
  const call = { type: "tool-call", toolCallId: "1", toolName: "work", input: "" } as const;
  const model = rawModel(generated([call], "tool-calls"), generated([]));
  const agent = createAgent({ name: "triage", model, tools: [anyTool("work", (input) => input)] });

  await virtually(() => agent.run("Go."));

  expect(resultsIn(model.asked[1]?.prompt ?? [])).toMatchObject([{ output: { type: "json", value: {} } }]);
});

test.each(["work", "constructor"])("a tool that does not exist becomes a result: %s", async (name) => {
  const { shown, call } = await callWork({ model: callingModel([name]) });

  expect(shown).toMatchObject({ type: "error-text", value: expect.stringContaining(`no tool named "${name}"`) });
  expect(call?.outcome).toBe("unknown-tool");
});

test.each<[unknown, unknown]>([
  ["text", { type: "text", value: "text" }],
  [undefined, { type: "json", value: null }],
  [
    { at: new Date(0), left: undefined },
    { type: "json", value: { at: "1970-01-01T00:00:00.000Z" } },
  ],
  [10n, { type: "error-text", value: expect.stringContaining("BigInt") }],
])("shows the model the value %s as JSON can carry it", async (value, expected) => {
  const { shown } = await callWork({ tools: [anyTool("work", () => value)] });

  expect(shown).toEqual(expected);
});

test("a tool that takes too long is stopped and becomes a result, and its siblings finish", async () => {
  const signals: AbortSignal[] = [];
  const work = anyTool("work", async ({ ms }, { signal }) => {
    signals.push(signal);
    await sleep(ms as number);
    return "worked";
  });
  const model = callingModel(["work", { ms: 1_000 }], ["work", { ms: 200 }]);
  const agent = createAgent({ name: "triage", model, tools: [work], toolTimeout: 300 });

  const { output, report } = await virtually(() => agent.run("Go."));

  expect(JSON.parse(output)).toEqual([
    { type: "error-text", value: 'tool "work" did not finish within 300 ms, and was stopped' },
    { type: "text", value: "worked" },
  ]);
  expect(report.turns[0]?.calls.map(({ outcome }) => outcome)).toEqual(["timeout", "ok"]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});

test("the limit of a tool goes before that of the agent, and null lifts it", async () => {
  const input = z.object({});
  const short = tool({ name: "work", input, timeout: 5, run: () => sleep(100) });
  const unlimited = tool({ name: "work", input, timeout: null, run: () => sleep(1e6).then(() => "worked") });

  const limited = await callWork({ tools: [short], toolTimeout: null });
  const lifted = await callWork({ tools: [unlimited], toolTimeout: 5 });

  expect(limited.call?.outcome).toBe("timeout");
  expect(lifted.shown).toEqual({ type: "text", value: "worked" });
});

test("a tool that gives a value while it is being stopped is believed", async () => {
  const work = anyTool("work", () => shielded(() => sleep(100)).then(() => "done all the same"));

  const { shown, call } = await callWork({ tools: [work], toolTimeout: 50 });

  expect(shown).toEqual({ type: "text", value: "done all the same" });
  expect(call?.outcome).toBe("ok");
});

test("a tool that never stops is given up after the grace, and said to be abandoned", async () => {
  const work = anyTool("work", () => new Promise(() => {}));

  const { shown, call } = await callWork({ tools: [work], toolTimeout: 50, toolGrace: 100 });

  expect(shown).toMatchObject({ value: 'tool "work" did not finish within 50 ms, and may still be running' });
  expect(call).toMatchObject({ outcome: "timeout", abandoned: true });
});

test("a tool that never stops holds up the caller's deadline for the grace, no longer", async () => {
  const reports: CallReport[] = [];
  const work = anyTool("work", () => new Promise(() => {}));
  const agent = createAgent({ name: "triage", model: callingModel(["work"]), tools: [work], toolGrace: 100 });
  const observer = { callFinished: (_call: unknown, report: CallReport) => reports.push(report) };

  const error = await rejectionOf(virtually(() => failAfter(50, () => agent.run("Go.", { observer }))));

  expect(error).toMatchObject({ code: "SCOPE_TIMEOUT" });
  expect(reports).toMatchObject([{ outcome: "cancelled", abandoned: true }]);
});

test("what an abandoned tool does through the library later is refused", async () => {
  const later = Promise.withResolvers<void>();
  const refused = Promise.withResolvers<unknown>();
  const work = anyTool("work", async () => {
    await later.promise;
    refused.resolve(rejectionOf(sleep(1)));
  });

  await callWork({ tools: [work], toolTimeout: 5, toolGrace: 5 });
  later.resolve();

  expect(await refused.promise).toMatchObject({ code: "TASK_FINISHED" });
});

test("an agent can be the tool of another, and its failure is a result of the outer one", async () => {
  const inner = createAgent({ name: "inner", model: callingModel(["none"]), maxTurns: 1 });
  const names: string[] = [];
  const work = anyTool("work", async () => {
    names.push(currentTask().name);
    return (await inner.run("Go.")).output;
  });

  const { shown } = await callWork({ tools: [work] });

  expect(shown).toMatchObject({ type: "error-text", value: expect.stringContaining('turn 1 of agent "inner"') });
  expect(names).toEqual(["work#1"]);
});
