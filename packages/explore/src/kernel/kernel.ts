/**
 * Runs a program one event at a time: one is chosen, it happens, everything that follows from it on promises happens, what it
 * touched is noted, and then the next is chosen. A run is over when no event is left.
 *
 * A run takes no turn of the event loop, which is why there can be tens of thousands of them a second. All of it must be called
 * from a macrotask, because promises cannot be followed to their end inside a reaction.
 *
 * @module
 */
import { CauseTree, type Cause } from "./cause.ts";
import { drain } from "./drain.ts";
import { tuneEngine } from "./engine.ts";
import { mix } from "../random.ts";
import { removeAt } from "./lists.ts";
import { HappensBefore } from "./happens-before.ts";
import { Resource } from "./resource.ts";
import { ResourceNames } from "./resource-names.ts";
import { Actor, type Named, Transition, type TransitionKind, type Words } from "./transition.ts";

/** Chooses what happens next. */
export interface Chooser {
  /** The index of the event that happens next; -1 to give the run up. There is at least one. */
  chooseStep(ready: readonly Transition[], kernel: Kernel): number;
  /** Chooses one of `count` ways for the program to go on, by its number. */
  chooseWay(count: number, kernel: Kernel): number;
  /** How many steps of the run that begins are those of the run before, where that was chosen by the same chooser; absent for none. */
  readonly kept?: number;
}

/** How a run ended: no event is left, it was given up by the chooser, or it took too many steps. */
export type RunEnd = "done" | "given-up" | "cut";

export interface KernelOptions {
  /** The most steps that a run may take. */
  readonly maxSteps: number;
  /** Timers happen in the order of their times, and not at any time. */
  readonly orderedTimers: boolean;
  /** Whether what was not declared counts as touching everything. */
  readonly isDeclared: () => boolean;
  /** Whether the program has ended, so that what a run can do without need not happen any more. */
  readonly hasEnded: () => boolean;
}

export class Kernel {
  readonly causes: CauseTree = new CauseTree();
  readonly names: ResourceNames = new ResourceNames();
  readonly order: HappensBefore;
  /** The steps of this run, in the order in which they happened. */
  steps: Transition[] = [];
  /** Events that can no longer happen, each with the step that prevented it. */
  prevented: { readonly transition: Transition; readonly by: number }[] = [];
  /** Called at the end of each step, as a part of it. */
  onStepEnd: (() => void) | undefined = undefined;
  readonly #options: KernelOptions;
  #ready: Transition[] = [];
  /** Stands for the time: which timers there are, and which of them is the earliest. */
  readonly #clock = new Resource();
  readonly #scenario = new Actor(0, "the scenario");
  #actor: Actor = this.#scenario;
  #cause: Cause;
  #effects = 0;
  #draws = 0;
  /** The time of the last timer, where they keep to their times. */
  #now = 0;
  #actors = 0;
  #chooser: Chooser | undefined;

  constructor(options: KernelOptions) {
    tuneEngine();
    this.#options = options;
    this.#cause = this.causes.root;
    this.order = new HappensBefore(() => this.names.met(this.#cause));
  }

  /** The step that happens now; -1 before the first. */
  get step(): number {
    return this.steps.length - 1;
  }

  /** Who acts now. */
  get actor(): Actor {
    return this.#actor;
  }

  /** Virtual time, in milliseconds, for whoever watches the run. */
  get now(): number {
    return this.#options.orderedTimers ? this.#now : this.order.readTime();
  }

  get ready(): readonly Transition[] {
    return this.#ready;
  }

  /**
   * Begins a run. What `body` does belongs to no step, and what it leaves to promises to the first.
   *
   * @param chooser chooses in this run. Where it has chosen in the one before as well, it may say that both begin alike.
   */
  begin(chooser: Chooser, body: () => void): void {
    // New ones, because what is stored in an old array has to be noted for the garbage collector.
    this.steps = [];
    this.#ready = [];
    this.prevented = [];
    this.order.clear(chooser === this.#chooser ? chooser.kept : 0);
    this.#chooser = chooser;
    this.names.clear();
    this.#now = 0;
    this.#cause = this.causes.root;
    this.#effects = 0;
    this.#draws = 0;
    this.#actors = 1;
    this.#actor = this.#scenario;
    this.#createResource(this.#clock);
    body();
  }

  /** Lets events happen until none is left. */
  run(): RunEnd {
    const ready = this.#ready;
    const { maxSteps, isDeclared, hasEnded, orderedTimers } = this.#options;
    const chooser = this.#chooser as Chooser;
    while (ready.length > 0) {
      if (this.steps.length >= maxSteps) return "cut";
      // The first tells most of the time, and without a closure.
      const mayEnd = (ready[0] as Transition).isOptional;
      if (mayEnd && ready.every(({ isOptional, kind }) => isOptional && (kind === "cancel" || hasEnded()))) {
        this.#leaveOut();
        return "done";
      }
      const index = chooser.chooseStep(orderedTimers ? this.#due() : ready, this);
      if (index < 0) return "given-up";
      this.#happen(orderedTimers ? ready.indexOf(this.#due()[index] as Transition) : index, isDeclared());
    }
    return "done";
  }

  /** Makes somebody new, who acts from an event of his own on. */
  newActor(named: Named): Actor {
    return new Actor(this.#actors++, named);
  }

  /**
   * Makes an event that can happen from now on.
   *
   * @param perform what happens then, with a subject where one is given: most events need no function of their own.
   */
  add<T>(
    kind: Exclude<TransitionKind, "timer">,
    actor: Actor,
    what: Words,
    perform: (subject: T) => void,
    subject?: T,
  ): Transition {
    return this.#add(kind, actor, what, undefined, perform as (subject: unknown) => void, subject);
  }

  /** Makes an event that can happen once its time has come, where timers keep to their times. */
  addTimer<T>(actor: Actor, what: Words, at: number, perform: (subject: T) => void, subject?: T): Transition {
    const timer = this.#add("timer", actor, what, at, perform as (subject: unknown) => void, subject);
    this.#createResource(timer.resource);
    // A timer that is set may put off the others.
    if (this.#options.orderedTimers) this.order.touch(this.#clock, true);
    return timer;
  }

  /** An event that was made just now would not have been made without the steps that have read something since it was last written. */
  needReadersOf(resource: object, transition: Transition): void {
    const { cause } = transition;
    cause.needs = this.order.readersOf(resource) ?? cause.needs;
    transition.needs = cause.needs;
  }

  /**
   * Virtual time, in milliseconds. Timers that happen in any order leave no order of times behind, so that everybody then has a
   * clock of his own: the latest time that anything was due which he knows of.
   */
  readClock(): number {
    if (!this.#options.orderedTimers) return this.order.readTime();
    this.order.touch(this.#clock, false);
    return this.#now;
  }

  /** An event can no longer happen; false when it has, or could not any more. */
  prevent(transition: Transition): boolean {
    const index = this.#ready.indexOf(transition);
    if (index === -1) return false;
    removeAt(this.#ready, index);
    this.order.touch(transition.resource, true);
    // Those that it held back are held back no longer.
    if (transition.at !== undefined && this.#options.orderedTimers) this.order.touch(this.#clock, true);
    this.prevented.push({ transition, by: this.steps.length - 1 });
    return true;
  }

  /** What happens now makes something new that others may come to touch. */
  create(resource: object): void {
    this.order.name(resource, this.names.made(this.#cause));
  }

  access(resource: object, isWrite: boolean): void {
    this.order.access(resource, isWrite);
  }

  /** As {@link Kernel.access}, for whoever has the resource at hand. */
  touch(resource: Resource, isWrite: boolean): void {
    this.order.touch(resource, isWrite);
  }

  /** A random number in [0, 1): the same ones for the same step of each run. */
  random(): number {
    return mix(this.#cause.seed + Math.imul(++this.#draws, 0x6d2b79f5)) / 4_294_967_296;
  }

  /** Which of `count` ways the program goes on. */
  choose(count: number): number {
    return count <= 1 ? 0 : (this.#chooser as Chooser).chooseWay(count, this);
  }

  #add(
    kind: TransitionKind,
    actor: Actor,
    what: Words,
    at: number | undefined,
    perform: (subject: unknown) => void,
    subject: unknown,
  ): Transition {
    const cause = this.#cause.effect(this.#effects++);
    const transition = new Transition(cause, kind, actor, this.steps.length - 1, what, at, perform, subject);
    this.#ready.push(transition);
    return transition;
  }

  #createResource(resource: Resource): void {
    this.order.nameResource(resource, this.names.made(this.#cause));
  }

  #happen(index: number, isDeclared: boolean): void {
    const transition = this.#ready[index] as Transition;
    removeAt(this.#ready, index);
    this.steps.push(transition);
    this.#cause = transition.cause;
    this.#effects = 0;
    this.#draws = 0;
    this.#actor = transition.actor;
    this.order.add(transition.madeBy, transition.at);
    if (!isDeclared) this.order.touchEverything();
    if (transition.at !== undefined) {
      this.order.touch(transition.resource, true);
      if (this.#options.orderedTimers) {
        this.#now = Math.max(this.#now, transition.at);
        this.order.touch(this.#clock, true);
      }
    }
    transition.perform();
    drain();
    this.onStepEnd?.();
    this.order.close();
  }

  /** What is left need not happen, but it could have happened before the last step. */
  #leaveOut(): void {
    const by = this.steps.length - 1;
    for (const transition of this.#ready.splice(0)) this.prevented.push({ transition, by });
  }

  /** What can happen when timers keep to their times: of those only the earliest. */
  #due(): Transition[] {
    let earliest = Infinity;
    for (const { at } of this.#ready) if (at !== undefined && at < earliest) earliest = at;
    return this.#ready.filter(({ at }) => at === undefined || at === earliest);
  }
}
