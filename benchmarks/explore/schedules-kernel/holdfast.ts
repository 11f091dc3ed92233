/**
 * The incident in bare operations: a start and an answer for each of four tasks, which touch one counter.
 *
 * @module
 */
import { Kernel } from "../../../packages/explore/src/kernel/kernel.ts";
import { DepthFirst } from "../../../packages/explore/src/search/depth-first.ts";
import type { Meter } from "../../row.ts";
import { inMacrotask, reportRate } from "../rate.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  await reportRate(meter, () => inMacrotask(exhaust));
}

function exhaust(): number {
  const kernel = new Kernel({
    maxSteps: 1_000,
    orderedTimers: false,
    isDeclared: () => true,
    hasEnded: () => false,
  });
  const search = new DepthFirst();
  let orders = 0;
  while (!search.isFinished) {
    search.begin();
    kernel.begin(search, () => counted(kernel));
    kernel.run();
    orders += 1;
    search.end(kernel);
  }
  return orders;
}

function counted(kernel: Kernel): void {
  const shared = { count: 0, opener: -1, wrong: 0 };
  for (let index = 0; index < 4; index++) {
    const actor = kernel.newActor("task");
    const begin = async (): Promise<void> => {
      kernel.access(shared, true);
      if (shared.count++ === 0) shared.opener = index;
      await new Promise<void>((resolve) => void kernel.add("io", actor, "answer", resolve));
      kernel.access(shared, true);
      if (--shared.count === 0 && shared.opener !== index) shared.wrong += 1;
    };
    kernel.add("start", actor, "start", () => void begin());
  }
}
