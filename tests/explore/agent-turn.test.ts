/** A turn of an agent with two tools, in many orders of its steps. */
import { createAgent, scriptedModel, tool } from "@holdfast/agent";
import { sleep } from "@holdfast/concurrency";
import { explore, type ExploreOptions, type Lab } from "@holdfast/explore";
import { expect, test } from "vitest";
import { z } from "zod";

/** Some thousands of orders. */
const timeout = 20_000;

async function expectOrdersPass(scenario: (lab: Lab) => Promise<void>, options: ExploreOptions): Promise<number> {
  const found = await explore(scenario, options);
  expect(found.verdict, found.explain()).toMatch(/^(?:exhausted|not-found)$/);
  return found.orders;
}

/** None, which could pass before a call has slept for a millisecond. */
const limits = { toolTimeout: null, toolGrace: Infinity };

/** Two calls in one turn, then an answer that tells their results. */
async function runTurn(use: (which: number) => Promise<unknown>): Promise<string> {
  const model = scriptedModel((prompt, index) =>
    index === 0
      ? { calls: [0, 1].map((which) => ({ tool: "work", input: { which } })) }
      : { text: JSON.stringify(prompt.at(-1)?.content) },
  );
  const work = tool({ name: "work", input: z.object({ which: z.number() }), run: ({ which }) => use(which) });
  const { output } = await createAgent({ name: "triage", model, tools: [work], ...limits }).run("Go.");
  return output;
}

test("the model gets the results of both calls in their order, whichever ends first", { timeout }, async () => {
  const orders = await expectOrdersPass(
    async () => {
      let running = 0;
      const output = await runTurn(async (which) => {
        running += 1;
        await sleep(which + 1);
        running -= 1;
        return `result ${which}`;
      });
      if (running !== 0) throw new Error("a call has outlived its turn");
      const [first, second] = [output.indexOf("result 0"), output.indexOf("result 1")];
      if (first === -1 || second < first) throw new Error(`the model was given ${output}`);
    },
    { budget: { runs: 2_500, ms: 15_000 } },
  );

  expect(orders).toBe(2_500);
});

test("a call that fails tells the model so, and takes nothing from the other", { timeout }, async () => {
  const orders = await expectOrdersPass(
    async (lab) => {
      const output = await runTurn(async (which) => {
        await sleep(which + 1);
        if (which === 0 && lab.choose(false, true)) throw new Error("no such service");
        return `result ${which}`;
      });
      if (!output.includes("result 1")) throw new Error(`the model was given ${output}`);
      if (!output.includes("result 0") && !output.includes("no such service")) throw new Error(`and not ${output}`);
    },
    { budget: { runs: 1_500, ms: 10_000 } },
  );

  expect(orders).toBe(1_500);
});

test("a run that is cancelled anywhere leaves no call behind", { timeout }, async () => {
  const orders = await expectOrdersPass(
    async (lab) => {
      let running = 0;
      await lab.all(1, async () => {
        await runTurn(async (which) => {
          running += 1;
          try {
            await sleep(which + 1);
          } finally {
            running -= 1;
          }
        });
      });
      if (running !== 0) throw new Error("a call has outlived its turn");
    },
    { cancel: "everywhere", budget: { runs: 1_500, ms: 10_000 } },
  );

  expect(orders).toBe(1_500);
});
