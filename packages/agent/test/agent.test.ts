import type { LanguageModelV4, LanguageModelV4FinishReason } from "@ai-sdk/provider";
import { ExceptionGroup, TimeoutError } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { createAgent, scriptedModel } from "../src/index.ts";
import { anyTool, callingModel, generated, leavesOf, rawModel, rejectionOf, virtually } from "./models.ts";

const call = { type: "tool-call", toolCallId: "1", toolName: "echo", input: "{}" } as const;
const echo = anyTool("echo", () => "echoed");

test("calls the tools that the model asks for and shows it their results, until it answers", async () => {
  const model = rawModel(generated([call], "tool-calls"), generated([{ type: "text", text: "done" }]));
  const agent = createAgent({ name: "triage", model, instructions: "Be brief.", tools: [echo] });

  const { output } = await virtually(() => agent.run("Go."));

  expect(output).toBe("done");
  expect(model.asked[0]?.prompt).toHaveLength(2);
  expect(model.asked[1]?.prompt).toEqual([
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "Go." }] },
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "echo", input: {} }] },
    {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "1", toolName: "echo", output: { type: "text", value: "echoed" } }],
    },
  ]);
});

test("tells the model the tools, and leaves the field out when there are none", async () => {
  const withTools = rawModel(generated([]));
  const without = rawModel(generated([]));
  const described = { ...echo, description: "Says it again." };

  await virtually(async () => {
    await createAgent({ name: "a", model: withTools, tools: [described] }).run("Go.");
    await createAgent({ name: "b", model: without }).run("Go.");
  });

  expect(withTools.asked[0]?.tools).toEqual([
    { type: "function", name: "echo", description: "Says it again.", inputSchema: echo.inputSchema },
  ]);
  expect(without.asked[0]).not.toHaveProperty("tools");
});

test("takes a conversation in place of a text, and leaves the caller's list as it is", async () => {
  const model = callingModel(["echo"]);
  const messages = [{ role: "user", content: [{ type: "text", text: "Go." }] }] as const;
  const prompt = structuredClone(messages) as unknown as Parameters<typeof agent.run>[0];
  const agent = createAgent({ name: "triage", model, tools: [echo] });

  const { output } = await virtually(() => agent.run(prompt));

  expect(output).toBe('[{"type":"text","value":"echoed"}]');
  expect(prompt).toEqual(messages);
});

test("runs outside every task, on the system runtime", async () => {
  const agent = createAgent({ name: "triage", model: callingModel(["echo"]), tools: [echo] });

  const { output } = await agent.run("Go.");

  expect(output).toBe('[{"type":"text","value":"echoed"}]');
});

test("sums the usage of all turns, and leaves undefined what no turn gave", async () => {
  const usage = (input: number | undefined, output: number | undefined, reasoning?: number) => ({
    inputTokens: { total: input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: output, text: undefined, reasoning },
  });
  const model = rawModel(
    generated([call], "tool-calls", usage(10, undefined)),
    generated([call], "tool-calls", usage(20, 5, 3)),
    generated([], "stop", usage(undefined, 6)),
  );
  const agent = createAgent({ name: "triage", model, tools: [echo] });

  const result = await virtually(() => agent.run("Go."));

  expect(result.usage).toEqual(usage(30, 11, 3));
});

test("throws AGENT_TURN_LIMIT when the last turn asks for tools, and does not run them", async () => {
  let runs = 0;
  const model = scriptedModel(() => ({ calls: [{ tool: "count", input: {} }] }));
  const count = anyTool("count", () => (runs += 1));
  const agent = createAgent({ name: "triage", model, tools: [count], maxTurns: 3 });

  const leaves = await leavesOf(virtually(() => agent.run("Go.")));

  expect(leaves).toEqual([expect.objectContaining({ code: "AGENT_TURN_LIMIT", maxTurns: 3 })]);
  expect(runs).toBe(2);
});

test("allows an answer in the last turn", async () => {
  const agent = createAgent({ name: "triage", model: callingModel(["echo"]), tools: [echo], maxTurns: 2 });

  const { report } = await virtually(() => agent.run("Go."));

  expect(report.turns).toHaveLength(2);
});

test.each(["length", "content-filter", "error", "interrupted", "of-next-year"])(
  "runs no tool when the model finished with %s",
  async (finish) => {
    const reason = finish as LanguageModelV4FinishReason["unified"];
    let runs = 0;
    const model = rawModel(generated([{ type: "text", text: "Let me" }, call], reason));
    const agent = createAgent({ name: "triage", model, tools: [anyTool("echo", () => (runs += 1))] });

    const leaves = await leavesOf(virtually(() => agent.run("Go.")));

    expect(leaves).toEqual([
      expect.objectContaining({ code: "AGENT_FINISH_INCOMPLETE", finishReason: finish, text: "Let me" }),
    ]);
    expect(runs).toBe(0);
  },
);

test.each(["stop", "tool-calls", "other"] as const)(
  "runs the tools when the model finished with %s",
  async (finish) => {
    const model = rawModel(generated([call], finish), generated([{ type: "text", text: "done" }]));
    const agent = createAgent({ name: "triage", model, tools: [echo] });

    const { output } = await virtually(() => agent.run("Go."));

    expect(output).toBe("done");
  },
);

test("wraps the error of a provider, in a group like every failure of a run", async () => {
  const cause = new Error("503");
  const model: LanguageModelV4 = { ...scriptedModel([]), doGenerate: () => Promise.reject(cause) };
  const agent = createAgent({ name: "triage", model });

  const error = await rejectionOf(virtually(() => agent.run("Go.")));

  expect(error).toBeInstanceOf(ExceptionGroup);
  expect((error as ExceptionGroup).errors).toEqual([expect.objectContaining({ code: "AGENT_MODEL_FAILED", cause })]);
});

test("leaves an error of ours that the model throws as it is", async () => {
  const timeout = new TimeoutError(5);
  const model: LanguageModelV4 = { ...scriptedModel([]), doGenerate: () => Promise.reject(timeout) };
  const agent = createAgent({ name: "triage", model });

  const leaves = await leavesOf(virtually(() => agent.run("Go.")));

  expect(leaves).toEqual([timeout]);
});

test("refuses a model of another version, a missing name, limits that are none, and a prompt that is neither", async () => {
  const model = scriptedModel([{ text: "" }]);
  const old = { ...model, specificationVersion: "v3" } as unknown as LanguageModelV4;

  expect(() => createAgent({ name: "a", model: old })).toThrow("takes a model of specification v4, and found v3");
  expect(() => createAgent({ name: "a", model: "gpt" as unknown as LanguageModelV4 })).toThrow("found string");
  expect(() => createAgent({ name: "", model })).toThrow(TypeError);
  expect(() => createAgent({ name: "a", model, maxTurns: Infinity })).toThrow(RangeError);
  expect(() => createAgent({ name: "a", model, maxTurns: 0 })).toThrow(RangeError);
  expect(() => createAgent({ name: "a", model, toolTimeout: -1 })).toThrow(RangeError);
  expect(() => createAgent({ name: "a", model, toolGrace: Number.NaN })).toThrow(RangeError);
  await expect(createAgent({ name: "a", model }).run(1 as unknown as string)).rejects.toThrow(TypeError);
});

test("refuses two tools of one name, naming their places", () => {
  const model = scriptedModel([]);

  expect(() => createAgent({ name: "a", model, tools: [echo, anyTool("b", () => 1), echo] })).toThrow(
    new TypeError('tools[0] and tools[2] are both named "echo"'),
  );
});
