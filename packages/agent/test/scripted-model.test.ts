import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { run, sleep } from "@holdfast/concurrency";
import { VirtualRuntime } from "@holdfast/concurrency/testing";
import { expect, test } from "vitest";
import { createAgent, scriptedModel } from "../src/index.ts";
import { anyTool, leavesOf, rejectionOf, virtually } from "./models.ts";

const prompt: LanguageModelV4Prompt = [{ role: "user", content: [{ type: "text", text: "Go." }] }];
const echo = anyTool("echo", (input) => input);

test("follows a list of turns, with ids that no two calls of a conversation share", async () => {
  const turn = {
    calls: [
      { tool: "echo", input: { a: 1 } },
      { tool: "echo", input: undefined },
    ],
  };
  const agent = createAgent({ name: "triage", model: scriptedModel([turn, turn, { text: "done" }]), tools: [echo] });

  const { output, report } = await virtually(() => agent.run("Go."));

  const ids = report.turns.flatMap(({ calls }) => calls.map(({ toolCallId }) => toolCallId));
  expect(output).toBe("done");
  expect(ids).toEqual(["call-1-1", "call-1-2", "call-2-1", "call-2-2"]);
});

test("serves runs at the same time, as it keeps no state", async () => {
  const model = scriptedModel([{ calls: [{ tool: "echo", input: {} }] }, { text: "done" }], { latency: () => 10 });
  const agent = createAgent({ name: "triage", model, tools: [echo] });

  const results = await virtually(() => Promise.all([agent.run("a"), agent.run("b"), agent.run("c")]));

  expect(results.map(({ output }) => output)).toEqual(["done", "done", "done"]);
});

test("begins the script again after a further message of the user", async () => {
  const model = scriptedModel((messages, index) => ({ text: `${index} of ${messages.length}` }));
  const answered: LanguageModelV4Prompt = [...prompt, { role: "assistant", content: [] }];

  const { content: second } = await model.doGenerate({ prompt: answered });
  const { content: first } = await model.doGenerate({ prompt: [...answered, ...prompt] });

  expect(second).toEqual([{ type: "text", text: "1 of 2" }]);
  expect(first).toEqual([{ type: "text", text: "0 of 3" }]);
});

test("counts plausible tokens, more for a longer conversation", async () => {
  const model = scriptedModel([{ text: "four by four = 16" }]);

  const short = await model.doGenerate({ prompt });
  const long = await model.doGenerate({ prompt: [{ role: "system", content: "Be brief." }, ...prompt] });

  expect(short.usage.outputTokens).toMatchObject({ total: 11, reasoning: 0 });
  expect(short.usage.inputTokens.total).toBeLessThan(long.usage.inputTokens.total as number);
});

test("takes the time that its latency says, on the clock of the runtime", async () => {
  const runtime = new VirtualRuntime();
  const delays = [100, 25];
  const model = scriptedModel(() => ({ text: "done" }), { latency: () => delays.shift() ?? 0 });

  const times = await run(
    async () => {
      await model.doGenerate({ prompt });
      const first = runtime.now();
      await model.doGenerate({ prompt });
      return [first, runtime.now()];
    },
    { runtime },
  );

  expect(times).toEqual([100, 125]);
});

test("ends its latency when the abort signal does, with the signal's reason", async () => {
  const controller = new AbortController();
  const model = scriptedModel([{ text: "late" }], { latency: () => 1_000 });

  const runtime = new VirtualRuntime();
  const abortLater = async (): Promise<unknown> => {
    const answer = rejectionOf(model.doGenerate({ prompt, abortSignal: controller.signal }));
    await sleep(10);
    controller.abort(new Error("enough"));
    return await answer;
  };

  const error = await run(abortLater, { runtime });

  expect(error).toEqual(new Error("enough"));
  expect(runtime.now()).toBe(10);
});

test("does not answer when the signal has aborted already", async () => {
  const model = scriptedModel([{ text: "late" }]);

  const error = await rejectionOf(model.doGenerate({ prompt, abortSignal: AbortSignal.abort(new Error("enough")) }));

  expect(error).toEqual(new Error("enough"));
});

test("throws AGENT_SCRIPT after the end of its script, and when it is asked to stream", async () => {
  const model = scriptedModel([], { modelId: "short" });

  const leaves = await leavesOf(virtually(() => createAgent({ name: "triage", model }).run("Go.")));
  const stream = await rejectionOf(model.doStream({ prompt }));

  expect(leaves).toEqual([expect.objectContaining({ code: "AGENT_SCRIPT" })]);
  expect((leaves[0] as Error).message).toBe("the script of model short has no turn 1; add one");
  expect(stream).toMatchObject({ code: "AGENT_SCRIPT" });
});
