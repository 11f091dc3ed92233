/**
 * Orders drawn by chance, in four ways: what one of them hardly ever draws another often does.
 *
 * @module
 */
import type { Chooser, Kernel } from "../kernel/kernel.ts";
import type { Transition } from "../kernel/transition.ts";

/** Draws one order after another. */
export interface Walk extends Chooser {
  readonly name: string;
  /** Begins a run. */
  begin(): void;
  /** Learns from a run that has ended. */
  end?(kernel: Kernel): void;
}

type Chance = () => number;

function below(chance: Chance, count: number): number {
  return Math.floor(chance() * count);
}

/** Each possibility is as likely as any other. */
export class Uniform implements Walk {
  readonly name = "random";
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  begin(): void {}

  chooseStep(ready: readonly Transition[]): number {
    return below(this.#chance, ready.length);
  }

  chooseWay(count: number): number {
    return below(this.#chance, count);
  }
}

/**
 * Each event has a priority of its own, and the highest happens: POS (Yuan, Yang, Gu: "Partial Order Aware Concurrency Sampling",
 * CAV 2018). One that has a conflict with what has just happened draws anew, by what earlier runs have seen it touch.
 */
export class PriorityBased implements Walk {
  readonly name = "POS";
  readonly #chance: Chance;
  readonly #priorities = new Map<number, number>();
  /** What events were seen to touch: for each the events that they conflicted with. */
  readonly #conflicts = new Map<number, Set<number>>();

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  begin(): void {
    this.#priorities.clear();
  }

  end({ order, steps }: Kernel): void {
    for (const [later, { cause }] of steps.entries()) {
      for (const earlier of order.directlyBefore(later)) {
        const other = steps[earlier]?.cause.id;
        if (other !== undefined) this.#conflictsOf(other).add(cause.id);
      }
    }
  }

  chooseStep(ready: readonly Transition[]): number {
    let best = 0;
    for (const [index, transition] of ready.entries()) {
      if (this.#priorityOf(transition) > this.#priorityOf(ready[best] as Transition)) best = index;
    }
    const happening = (ready[best] as Transition).cause.id;
    for (const event of this.#conflicts.get(happening) ?? []) this.#priorities.delete(event);
    return best;
  }

  chooseWay(count: number): number {
    return below(this.#chance, count);
  }

  #priorityOf({ cause }: Transition): number {
    const known = this.#priorities.get(cause.id);
    if (known !== undefined) return known;
    const drawn = this.#chance();
    this.#priorities.set(cause.id, drawn);
    return drawn;
  }

  #conflictsOf(event: number): Set<number> {
    const known = this.#conflicts.get(event) ?? new Set();
    this.#conflicts.set(event, known);
    return known;
  }
}

/**
 * Who has more left to do goes on more often, so that each order of two tasks' steps is as likely as any other: URW (Zhao, Wolff, Mathur,
 * Roychoudhury: "Selectively Uniform Concurrency Testing", ASPLOS 2025). How much a task has to do is taken from earlier runs.
 */
export class UniformOrder implements Walk {
  readonly name = "URW";
  readonly #chance: Chance;
  readonly #expected = new Map<number, number>();
  readonly #done = new Map<number, number>();

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  begin(): void {
    this.#done.clear();
  }

  end({ steps }: Kernel): void {
    const counts = new Map<number, number>();
    for (const { actor } of steps) counts.set(actor.index, (counts.get(actor.index) ?? 0) + 1);
    for (const [actor, count] of counts) this.#expected.set(actor, Math.max(count, this.#expected.get(actor) ?? 0));
  }

  chooseStep(ready: readonly Transition[]): number {
    const weights = ready.map(({ actor }) => this.#left(actor.index));
    let drawn = this.#chance() * weights.reduce((sum, weight) => sum + weight, 0);
    const index = weights.findIndex((weight) => (drawn -= weight) < 0);
    const chosen = index === -1 ? ready.length - 1 : index;
    const actor = (ready[chosen] as Transition).actor.index;
    this.#done.set(actor, (this.#done.get(actor) ?? 0) + 1);
    return chosen;
  }

  chooseWay(count: number): number {
    return below(this.#chance, count);
  }

  #left(actor: number): number {
    return Math.max(1, (this.#expected.get(actor) ?? 1) - (this.#done.get(actor) ?? 0));
  }
}

/**
 * Each task has a priority, the highest goes on, and at `depth - 1` steps drawn beforehand the task that acts falls behind all others: PCT
 * (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010). Finds a bug that takes the order of `depth` steps with a probability of at
 * least 1 / (n * k^(depth - 1)), with n tasks and k steps.
 */
export class ChangePoints implements Walk {
  readonly name: string;
  readonly #chance: Chance;
  readonly #depth: number;
  readonly #priorities = new Map<number, number>();
  #changes: number[] = [];
  #longest = 1;
  #lowest = 0;

  constructor(chance: Chance, depth: number) {
    this.#chance = chance;
    this.#depth = depth;
    this.name = `PCT(${depth})`;
  }

  begin(): void {
    this.#priorities.clear();
    this.#lowest = 0;
    this.#changes = Array.from({ length: this.#depth - 1 }, () => below(this.#chance, this.#longest));
  }

  end({ steps }: Kernel): void {
    this.#longest = Math.max(this.#longest, steps.length);
  }

  chooseStep(ready: readonly Transition[], kernel: Kernel): number {
    const chosen = this.#highest(ready);
    const changes = this.#changes.filter((at) => at === kernel.step + 1).length;
    if (changes === 0) return chosen;
    this.#priorities.set((ready[chosen] as Transition).actor.index, --this.#lowest);
    return this.#highest(ready);
  }

  chooseWay(count: number): number {
    return below(this.#chance, count);
  }

  #highest(ready: readonly Transition[]): number {
    let best = 0;
    for (const [index, { actor }] of ready.entries()) {
      if (this.#priorityOf(actor.index) > this.#priorityOf((ready[best] as Transition).actor.index)) best = index;
    }
    return best;
  }

  #priorityOf(actor: number): number {
    const known = this.#priorities.get(actor);
    if (known !== undefined) return known;
    const drawn = this.#chance();
    this.#priorities.set(actor, drawn);
    return drawn;
  }
}

/** All of them in turn. */
export function portfolio(chance: Chance): Walk[] {
  return [
    new Uniform(chance),
    new PriorityBased(chance),
    new UniformOrder(chance),
    new ChangePoints(chance, 3),
    new ChangePoints(chance, 5),
  ];
}
