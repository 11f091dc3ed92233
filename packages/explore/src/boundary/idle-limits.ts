/**
 * Time limits that pass only when nothing else can happen: as if each were as long as need be, and none were without end.
 *
 * They are kept out of the kernel, which would let them happen at any time, until nothing else is left in it.
 *
 * @module
 */
import type { Kernel } from "../kernel/kernel.ts";
import type { Actor, Transition } from "../kernel/transition.ts";

/** What a limit is made of. */
export interface LimitParts {
  /** When it is due, on the virtual clock. */
  readonly at: number;
  /** Whether a run may end without it. */
  readonly isOptional: boolean;
  readonly what: string | (() => string);
  readonly pass: () => void;
}

/** A limit that has neither passed nor been taken back. */
export interface Limit extends LimitParts {
  readonly actor: Actor;
}

export class IdleLimits {
  readonly #kernel: Kernel;
  readonly #limits = new Set<Limit>();
  /** The one that can happen now. */
  #offered: { readonly limit: Limit; readonly transition: Transition } | undefined;
  /** What every step reads and a limit that passes writes: it comes after all steps before it, and cannot come sooner. */
  readonly #quiet = {};

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  add(parts: LimitParts): Limit {
    const limit: Limit = { ...parts, actor: this.#kernel.actor };
    this.#limits.add(limit);
    return limit;
  }

  /** Does nothing once it has passed. One that could happen now is taken back when the step ends. */
  remove(limit: Limit): void {
    this.#limits.delete(limit);
  }

  /** At the end of each step, as a part of it: offers the earliest limit where nothing else can happen. */
  stepEnded(): void {
    const kernel = this.#kernel;
    kernel.access(this.#quiet, false);
    const earliest = this.#isBusy ? undefined : this.#earliest;
    if (this.#offered?.limit === earliest) return;
    this.#withdraw();
    if (earliest === undefined) return;
    const pass = (): void => {
      this.#limits.delete(earliest);
      this.#offered = undefined;
      kernel.access(this.#quiet, true);
      earliest.pass();
    };
    const { at, actor, what, isOptional } = earliest;
    const transition = kernel.addTimer(actor, what, at, pass);
    kernel.needReadersOf(this.#quiet, transition);
    transition.isOptional = isOptional;
    this.#offered = { limit: earliest, transition };
  }

  /** What a run can do without does not count: an interval goes on for ever, and a cancellation may never come. */
  get #isBusy(): boolean {
    return this.#kernel.ready.some((transition) => !transition.isOptional && transition !== this.#offered?.transition);
  }

  /** Of several that are due at the same time, the one that was set first. */
  get #earliest(): Limit | undefined {
    let earliest: Limit | undefined;
    for (const limit of this.#limits) if (earliest === undefined || limit.at < earliest.at) earliest = limit;
    return earliest;
  }

  #withdraw(): void {
    if (this.#offered !== undefined) this.#kernel.prevent(this.#offered.transition);
    this.#offered = undefined;
  }
}
