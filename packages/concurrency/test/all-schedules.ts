/**
 * Running a small program in every order in which its steps can happen, in orders drawn by chance, or in one given order.
 *
 * An order is the list of the choices of a virtual runtime: at each point where more than one step was ready, the index
 * of the one that went first.
 *
 * @module
 */
import { run, type Step } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";

/** A program that checks for itself what must hold, and throws when it does not. */
export type Program = (runtime: VirtualRuntime) => PromiseLike<void> | void;

/** How much of the space of orders was seen. */
export interface Explored {
  /** Orders tried, each once. */
  readonly orders: number;
  /** Whether these were all. */
  readonly exhausted: boolean;
}

interface Choice {
  readonly index: number;
  readonly of: number;
}

/**
 * Runs the program once in each order, depth first, until all are done or `limit` is reached. Fails on the first order
 * in which the program throws or leaves a task, a wait or a timer behind; the message has the choices for {@link inOrder}.
 */
export async function allSchedules(program: Program, { limit }: { readonly limit: number }): Promise<Explored> {
  let prefix: readonly number[] = [];
  for (let orders = 1; ; orders++) {
    const taken = await follow(program, (point) => prefix[point] ?? 0);
    const last = taken.findLastIndex(({ index, of }) => index + 1 < of);
    if (last === -1) return { orders, exhausted: true };
    if (orders === limit) return { orders, exhausted: false };
    prefix = taken.slice(0, last + 1).map(({ index }, point) => (point === last ? index + 1 : index));
  }
}

/** Runs the program `runs` times, each choice drawn by chance. Gives how many different orders came up. */
export async function someSchedules(
  program: Program,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<number> {
  const chance = new VirtualRuntime({ seed });
  const seen = new Set<string>();
  for (let count = 0; count < runs; count++) {
    const taken = await follow(program, (_point, of) => Math.floor(chance.random() * of));
    seen.add(taken.map(({ index }) => index).join("."));
  }
  return seen.size;
}

/** Runs the program in one order: these choices, and the first of what is ready after them. */
export async function inOrder(program: Program, choices: readonly number[]): Promise<void> {
  await follow(program, (point) => choices[point] ?? 0);
}

async function follow(program: Program, pick: (point: number, of: number) => number): Promise<readonly Choice[]> {
  const taken: Choice[] = [];
  const choose = (ready: readonly Step[]): number => {
    const of = ready.length;
    if (of === 1) return 0;
    const index = pick(taken.length, of);
    taken.push({ index, of });
    return index;
  };
  const runtime = new VirtualRuntime({ choose });
  try {
    await run(() => program(runtime), { runtime, name: "program" });
    runtime.assertIdle();
  } catch (error) {
    const order = taken.map(({ index }) => index).join(", ");
    throw new Error(`in the order [${order}]: ${String(error)}`, { cause: error });
  }
  return taken;
}
