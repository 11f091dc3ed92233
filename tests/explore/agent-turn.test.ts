/** A turn of an agent with tools: every order of its steps, or ten thousand of them. */
import { createAgent, scriptedModel, tool } from "@holdfast/agent";
import { sleep } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { z } from "zod";
import { expectAllOrdersPass, expectTenThousandOrdersPass, timeout } from "./many-orders.ts";

/** None, which could pass before a call has slept for a millisecond. */
const none = { toolTimeout: null, toolGrace: Infinity };
type ToolLimits = Partial<typeof none>;

/** So many calls in one turn, then an answer that tells their results. */
async function runTurn(
  calls: number,
  use: (which: number) => Promise<unknown>,
  limits: ToolLimits = none,
): Promise<string> {
  const model = scriptedModel((prompt, index) =>
    index === 0
      ? { calls: Array.from({ length: calls }, (_, which) => ({ tool: "work", input: { which } })) }
      : { text: JSON.stringify(prompt.at(-1)?.content) },
  );
  const work = tool({ name: "work", input: z.object({ which: z.number() }), run: ({ which }) => use(which) });
  const { output } = await createAgent({ name: "triage", model, tools: [work], ...limits }).run("Go.");
  return output;
}

/** A tool that sleeps, and knows how many calls of it are under way. */
class Work {
  running = 0;

  async use(which: number): Promise<string> {
    this.running += 1;
    try {
      await sleep(which + 1);
      return `result ${which}`;
    } finally {
      this.running -= 1;
    }
  }

  end(): void {
    if (this.running !== 0) throw new Error("a call has outlived its turn");
  }
}

test("the model gets the result of a call, in all orders", { timeout }, async () => {
  const orders = await expectAllOrdersPass(async () => {
    const work = new Work();
    const output = await runTurn(1, (which) => work.use(which));
    work.end();
    if (!output.includes("result 0")) throw new Error(`the model was given ${output}`);
  });

  expect(orders).toBeGreaterThan(100);
});

test("the model gets the results of both calls in their order, in 10,000 orders", { timeout }, async () => {
  const firsts = new Set<number>();

  await expectTenThousandOrdersPass(async () => {
    const work = new Work();
    let first: number | undefined;
    const output = await runTurn(2, async (which) => {
      const result = await work.use(which);
      first ??= which;
      return result;
    });
    work.end();
    firsts.add(first ?? -1);
    const [one, other] = [output.indexOf("result 0"), output.indexOf("result 1")];
    if (one === -1 || other < one) throw new Error(`the model was given ${output}`);
  });

  expect(firsts).toEqual(new Set([0, 1]));
});

test("a call that fails tells the model and takes nothing from the other, in 10,000 orders", { timeout }, async () => {
  await expectTenThousandOrdersPass(async (lab) => {
    const work = new Work();
    const output = await runTurn(2, async (which) => {
      const result = await work.use(which);
      if (which === 0 && lab.choose(false, true)) throw new Error("no such service");
      return result;
    });
    work.end();
    if (!output.includes("result 1")) throw new Error(`the model was given ${output}`);
    if (!output.includes("result 0") && !output.includes("no such service")) throw new Error(`and not ${output}`);
  });
});

test("a run that is cancelled anywhere leaves its call in no order behind", { timeout }, async () => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const work = new Work();
      await lab.all(1, () => runTurn(1, (which) => work.use(which)));
      work.end();
    },
    { cancel: "everywhere" },
  );

  expect(orders).toBeGreaterThan(1_000);
});

test("a run that is cancelled anywhere leaves neither of two calls behind, in 10,000 orders", { timeout }, async () => {
  await expectTenThousandOrdersPass(
    async (lab) => {
      const work = new Work();
      await lab.all(1, () => runTurn(2, (which) => work.use(which)));
      work.end();
    },
    { cancel: "everywhere" },
  );
});

test("the limits of an agent's calls are in nobody's way, in all orders", { timeout }, async () => {
  const turn = (limits: ToolLimits): Promise<number> =>
    expectAllOrdersPass(
      async () => {
        const work = new Work();
        const output = await runTurn(1, (which) => work.use(which), limits);
        work.end();
        if (!output.includes("result 0")) throw new Error(`the model was given ${output}`);
      },
      { timers: "idle" },
    );

  const [limited, unlimited] = [await turn({}), await turn(none)];

  expect(limited).toBe(unlimited);
});
