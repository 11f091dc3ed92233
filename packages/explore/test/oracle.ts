/**
 * Whether the search leaves out nothing: what all orders of a program show, against what the orders show that the search tries.
 *
 * Two orders of the same events are of one class when the same pairs of steps that touch one thing come in the same order in
 * both. All orders of a class look alike to the program, so the search must try one of each, and need try no more.
 *
 * @module
 */
import type { Chooser, Kernel } from "../src/kernel/kernel.ts";
import type { Transition } from "../src/kernel/transition.ts";
import { DepthFirst } from "../src/search/depth-first.ts";
import { Session } from "../src/session.ts";
import type { RunResult } from "../src/single-run.ts";
import { Machine, type Program, smaller } from "./random-programs.ts";

/** What the orders of a program show. */
interface Shown {
  readonly outcomes: Set<string>;
  readonly classes: Set<number>;
  runs: number;
  redundant: number;
}

/** What is wrong with a program's search. */
export interface Verdict {
  /** In words; undefined when all is well. */
  readonly mismatch: string | undefined;
  /** All orders; undefined when there were too many. */
  readonly all: number | undefined;
  readonly searched: number;
  /** Runs of the search that came to nothing new: given up, or of a class that had been tried. */
  readonly redundant: number;
}

/**
 * Compares. Must be called from a macrotask.
 *
 * @param most how many orders are tried before a program is left aside.
 */
export function judge(program: Program, most: number): Verdict {
  let machine: Machine | undefined;
  const scenario = (lab: ConstructorParameters<typeof Machine>[1]): Promise<void> => {
    machine = new Machine(program, lab);
    return machine.run();
  };
  using session = new Session(scenario, {
    maxSteps: 1_000,
    orderedTimers: program.timers === "ordered",
    areLimitsLast: program.timers === "idle",
  });
  const ways = new Ways();
  const look = (shown: Shown, { failure }: RunResult): void => {
    shown.outcomes.add((machine as Machine).outcome(failure));
    shown.classes.add(classOf(session.kernel, ways.taken));
  };

  const all = enumerate(session, ways, look, most);
  if (all === undefined) return { mismatch: undefined, all: undefined, searched: 0, redundant: 0 };
  const searched = search(session, ways, look, all.runs * 2 + 10);
  const mismatch = compare(all, searched);
  return {
    mismatch,
    all: all.runs,
    searched: searched.runs,
    redundant: searched.redundant + searched.runs - searched.classes.size,
  };
}

/** The smallest program that can be come by from one with a mismatch, and still has one. Must be called from a macrotask. */
export function minimal(program: Program, most: number): Program {
  for (const candidate of smaller(program)) {
    if (judge(candidate, most).mismatch !== undefined) return minimal(candidate, most);
  }
  return program;
}

type Look = (shown: Shown, result: RunResult) => void;

function nothing(): Shown {
  return { outcomes: new Set(), classes: new Set(), runs: 0, redundant: 0 };
}

/** Every order, one after another; undefined when there are more than `most`. */
function enumerate({ runner }: Session, ways: Ways, look: Look, most: number): Shown | undefined {
  const shown = nothing();
  const chooser = new Counter();
  do {
    if (++shown.runs > most) return undefined;
    chooser.begin();
    look(shown, runner.once(ways.of(chooser)));
  } while (chooser.advance());
  return shown;
}

function search({ kernel, runner }: Session, ways: Ways, look: Look, most: number): Shown {
  const shown = nothing();
  const depthFirst = new DepthFirst();
  while (!depthFirst.isFinished && shown.runs + depthFirst.redundant < most) {
    depthFirst.begin();
    const result = runner.once(ways.of(depthFirst));
    if (result.end !== "given-up") {
      shown.runs += 1;
      look(shown, result);
    }
    depthFirst.end(kernel);
  }
  shown.redundant = depthFirst.redundant;
  return shown;
}

function compare(all: Shown, searched: Shown): string | undefined {
  const missing = [...all.outcomes].filter((outcome) => !searched.outcomes.has(outcome));
  if (missing.length > 0)
    return `${missing.length} of ${all.outcomes.size} outcomes are missing, such as ${missing[0]}`;
  const untried = [...all.classes].filter((one) => !searched.classes.has(one)).length;
  if (untried > 0) return `${untried} of ${all.classes.size} classes are missing, though no outcome is`;
  const foreign = [...searched.classes].filter((one) => !all.classes.has(one)).length;
  return foreign > 0 ? `${foreign} classes are none of the program's` : undefined;
}

/** Notes which ways to go on another chooses, in which steps. */
class Ways implements Chooser {
  #inner: Chooser | undefined;
  /** By step. */
  readonly taken = new Map<number, number>();

  get kept(): number {
    return this.#inner?.kept ?? 0;
  }

  /** Begins a run. */
  of(inner: Chooser): this {
    this.#inner = inner;
    this.taken.clear();
    return this;
  }

  chooseStep(ready: readonly Transition[], kernel: Kernel): number {
    return (this.#inner as Chooser).chooseStep(ready, kernel);
  }

  chooseWay(count: number, kernel: Kernel): number {
    const way = (this.#inner as Chooser).chooseWay(count, kernel);
    this.taken.set(kernel.step, (this.taken.get(kernel.step) ?? 0) * count + way + 1);
    return way;
  }
}

/** Counts through the choices as through the digits of a number. */
class Counter implements Chooser {
  readonly #digits: { digit: number; readonly count: number }[] = [];
  #depth = 0;

  begin(): void {
    this.#depth = 0;
  }

  chooseStep(ready: readonly Transition[]): number {
    return this.#next(ready.length);
  }

  chooseWay(count: number): number {
    return this.#next(count);
  }

  /** Whether there is another. */
  advance(): boolean {
    for (let last = this.#digits.at(-1); last !== undefined; last = this.#digits.at(-1)) {
      if (++last.digit < last.count) return true;
      this.#digits.pop();
    }
    return false;
  }

  #next(count: number): number {
    const known = (this.#digits[this.#depth++] ??= { digit: 0, count });
    if (known.count !== count) throw new Error(`there were ${known.count} ways to go on before, and now ${count}`);
    return known.digit;
  }
}

/** A number that all orders of one class have in common: from each step and those that it follows, in no order. */
function classOf({ order, steps }: Kernel, ways: ReadonlyMap<number, number>): number {
  const hashes: number[] = [];
  let [high, low] = [0, 0];
  // Not by the names of events: which of several steps wakes a task depends on their order, where it makes no difference else.
  for (const [step, { actor, kind, what }] of steps.entries()) {
    let before = ways.get(step) ?? 0;
    for (const earlier of order.directlyBefore(step)) before = (before + mix(hashes[earlier] as number, 77)) | 0;
    const hash = mix(numberOf(`${actor.name} ${kind} ${what}`), before);
    hashes.push(hash);
    high = (high + mix(hash, 1)) | 0;
    low = (low + mix(hash, 2)) | 0;
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

const numbers = new Map<string, number>();

function numberOf(text: string): number {
  const known = numbers.get(text) ?? numbers.size;
  numbers.set(text, known);
  return known;
}

function mix(value: number, by: number): number {
  let mixed = Math.imul(value ^ Math.imul(by, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) + by;
  return (mixed ^ (mixed >>> 16)) | 0;
}
