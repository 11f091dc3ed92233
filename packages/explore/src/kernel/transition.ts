/**
 * What can happen next in a run: one event that is ready, with all that follows from it on promises.
 *
 * @module
 */
import type { CapturedContext } from "@holdfast/concurrency";
import type { Cause } from "./cause.ts";
import { Resource } from "./resource.ts";

/** What sort of event it is. */
export type TransitionKind = "start" | "wake" | "pause" | "timer" | "io" | "cancel";

/** Words for a person, or what makes them when somebody asks: most are never asked for. */
export type Words = string | (() => string) | { readonly what: string };

/** A name for a person, or what has it. */
export type Named = string | { readonly name: string };

const none: readonly number[] = [];

/** Whoever acts: a task, or a chain of callbacks that one of its events set off. */
export class Actor {
  /** In the order in which they came up in this run. */
  readonly index: number;
  readonly #named: Named;

  constructor(index: number, named: Named) {
    this.index = index;
    this.#named = named;
  }

  get name(): string {
    return typeof this.#named === "string" ? this.#named : this.#named.name;
  }
}

/** An event that is ready, or was. */
export class Transition {
  readonly cause: Cause;
  readonly kind: TransitionKind;
  /** Who goes on when it happens. */
  readonly actor: Actor;
  /** The step that made it; -1 for what was there from the start. */
  readonly madeBy: number;
  /** When it is due, on the virtual clock; undefined for what is due at any time. */
  readonly at: number | undefined;
  /** The async context that it happens in, where that is another than the explorer's. */
  context: CapturedContext | undefined = undefined;
  /** Whether a run may end without it: a timer that keeps no process alive, a cancellation that is merely possible. */
  isOptional: boolean = false;
  /** Steps without all of which it would not have been made, besides the one that made it. */
  needs: readonly number[] = none;
  readonly #perform: (subject: unknown) => void;
  readonly #subject: unknown;
  readonly #what: Words;
  #resource: Resource | undefined;

  constructor(
    cause: Cause,
    kind: TransitionKind,
    actor: Actor,
    madeBy: number,
    what: Words,
    at: number | undefined,
    perform: (subject: unknown) => void,
    subject: unknown,
  ) {
    this.cause = cause;
    this.kind = kind;
    this.actor = actor;
    this.madeBy = madeBy;
    this.#what = what;
    this.at = at;
    this.#perform = perform;
    this.#subject = subject;
  }

  /** Lets it happen. */
  perform(): void {
    if (this.context === undefined) this.#perform(this.#subject);
    else this.context.run(this.#perform, this.#subject);
  }

  /** What is touched by the event and by what prevents it. No part of it, as what is known of a step outlives the step's run. */
  get resource(): Resource {
    return (this.#resource ??= new Resource());
  }

  /** In words: what was waited for. */
  get what(): string {
    const words = this.#what;
    if (typeof words === "string") return words;
    return typeof words === "function" ? words() : words.what;
  }
}
