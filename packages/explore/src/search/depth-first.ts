/**
 * Every order of a program's steps, but each only once: orders that differ in nothing but steps which have nothing to do with
 * each other count as one.
 *
 * Source-DPOR (Abdulla, Aronis, Jonsson, Sagonas: "Source Sets", JACM 2017) with sleep sets. After each run, two steps that
 * touched the same and could have come in the other order are a race; a step that begins the reversed order is put down to be
 * tried where the first of them was chosen. Where nothing is declared every two steps race, and the search is an
 * enumeration of all orders.
 *
 * @module
 */
import { FRESH, wholeWorld } from "../kernel/footprint.ts";
import type { Chooser, Kernel } from "../kernel/kernel.ts";
import { dropFirst, holds, listOf, withLast } from "../kernel/lists.ts";
import type { Transition } from "../kernel/transition.ts";
import { undisturbed } from "./policy.ts";
import { type Asleep, isAwake, isIn, isSame, type Tried, without } from "./sleep-sets.ts";

/** A state in which something was chosen. */
interface Choice {
  /** The event, or the number of the way. */
  chosen: number;
  /** Where the event stands among those that are ready; the same in every run that comes here. */
  index: number;
  /** The step that followed; of a way to go on, the step in which it was chosen. */
  readonly step: number;
  readonly isWay: boolean;
  readonly ready: readonly number[];
  /** To be tried yet. */
  readonly todo: number[];
  /** The ways to go on in the event that earlier runs took. */
  ways: Tried[] | undefined;
  /** Not to be tried: what was asleep from the start, and what has been tried. Shared with other states where it is the same. */
  asleep: readonly Asleep[];
}

const none: readonly Asleep[] = [];
const noWays: readonly number[] = [];

/** The program did not do again what it had done before. */
export class NotTheSameError extends Error {}

export class DepthFirst implements Chooser {
  readonly #stack: Choice[] = [];
  /** What is gone through in search of races; kept, because making lists takes longer than that. */
  readonly #free: number[] = [];
  readonly #beginnings: number[] = [];
  /** How deep in the stack the run is. */
  #depth = 0;
  /** The choice of each step. */
  readonly #choiceOf: number[] = [];
  /** Steps in which a way was chosen, each of which may touch something else. */
  readonly #wayIn = new Set<number>();
  /** The first step that is another than in the run before; what can be learnt from those before it has been learnt then. */
  #firstNew = 0;
  #isBlocked = false;
  #isFinished = false;
  /** Races whose later event was asleep where the earlier was chosen, in the order of their later steps. */
  readonly #watched: { readonly earlier: number; readonly later: number }[] = [];
  /** Whether some ways of an event have ever been asleep while others were not. */
  #hasHalfAsleep = false;
  /** Runs that came to nothing new. */
  redundant = 0;

  /** Whether every order has been tried. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Steps that the run before had as well. */
  get kept(): number {
    return this.#firstNew;
  }

  /** Begins a run. */
  begin(): void {
    this.#depth = 0;
    this.#firstNew = this.#stack.at(-1)?.step ?? 0;
    if (this.#wayIn.size > 0) this.#wayIn.clear();
    this.#isBlocked = false;
  }

  chooseStep(ready: readonly Transition[], kernel: Kernel): number {
    const known = this.#stack[this.#depth];
    const step = kernel.step + 1;
    if (known !== undefined) {
      if (known.isWay || ready[known.index]?.cause.id !== known.chosen)
        throw new NotTheSameError("an event that could happen before does not come up now");
      this.#choiceOf[step] = this.#depth++;
      return known.index;
    }
    const asleep = this.#inherited(kernel);
    const last = kernel.steps[step - 1]?.actor.index;
    const index = undisturbed(ready, last, asleep);
    if (index === -1) {
      this.#isBlocked = true;
      return -1;
    }
    const events = listOf<number>(ready.length);
    for (let at = 0; at < ready.length; at++) events[at] = (ready[at] as Transition).cause.id;
    const chosen = events[index] as number;
    this.#choiceOf[step] = this.#depth;
    this.#stack.push({ chosen, index, step, isWay: false, ready: events, todo: [], ways: undefined, asleep });
    this.#depth += 1;
    return index;
  }

  chooseWay(count: number, kernel: Kernel): number {
    const known = this.#stack[this.#depth];
    this.#wayIn.add(kernel.step);
    if (known === undefined) {
      const ready = Array.from({ length: count }, (_, way) => way);
      const [chosen = 0, ...todo] = this.#waysAwake(kernel.step, ready);
      this.#stack.push({
        chosen,
        index: chosen,
        step: kernel.step,
        isWay: true,
        ready,
        todo,
        ways: undefined,
        asleep: none,
      });
    } else if (!known.isWay || known.ready.length !== count) {
      throw new NotTheSameError("another choice comes up than before");
    }
    return this.#stack[this.#depth++]?.chosen ?? 0;
  }

  /** Looks at a run that has ended, and turns to what is to be tried next. */
  end(kernel: Kernel): void {
    if (kernel.order.hasDeparted)
      throw new NotTheSameError("a step does not touch what it touched before; look for state that outlives a run");
    if (this.#isBlocked) this.redundant += 1;
    for (const step of this.#wayIn) this.#noteWay(kernel, step);
    this.#findRaces(kernel);
    this.#advance(kernel);
  }

  /** Those of the ways to go on in a step that have not been tried before it; all of them where none is left. */
  #waysAwake(step: number, ready: readonly number[]): readonly number[] {
    const choice = this.#choiceAt(step);
    const asleep = choice?.asleep.find(({ event, awake }) => event === choice.chosen && awake !== undefined);
    if (asleep === undefined) return ready;
    const path = this.#pathOf(step);
    const left = ready.filter((way) => isAwake(asleep, [...path, way]));
    return left.length === 0 ? ready : left;
  }

  /** The ways that the run has chosen in a step so far. */
  #pathOf(step: number): number[] {
    const path: number[] = [];
    for (let depth = (this.#choiceOf[step] as number) + 1; depth < this.#depth; depth++) {
      const { isWay, step: chosenIn, chosen } = this.#stack[depth] as Choice;
      if (!isWay || chosenIn !== step) break;
      path.push(chosen);
    }
    return path;
  }

  /** Events that are asleep in a new state: those of the state before that have nothing to do with the last step. */
  #inherited(kernel: Kernel): readonly Asleep[] {
    const { step } = kernel;
    const before = this.#choiceAt(step);
    if (before === undefined || before.asleep.length === 0) return none;
    const { asleep } = before;
    const meets = (tried: Tried): boolean => this.#meets(kernel, tried, step);
    let fewer: Asleep[] | undefined;
    for (let at = 0; at < asleep.length; at++) {
      const entry = asleep[at] as Asleep;
      const left = without(entry, meets);
      if (left !== entry) fewer ??= asleep.slice(0, at);
      if (left === undefined) continue;
      fewer?.push(left);
      this.#hasHalfAsleep ||= left.awake !== undefined;
    }
    return fewer ?? asleep;
  }

  #meets(kernel: Kernel, { footprint, state }: Tried, step: number): boolean {
    return kernel.order.meets(footprint, step, state, FRESH);
  }

  /** What a step of this run touches, in the ways to go on that it took. */
  #tried({ order }: Kernel, step: number, path: readonly number[]): Tried {
    const footprint = order.touchedEverything(step) ? wholeWorld : order.accessesOf(step, step, FRESH);
    return { path, footprint, state: step };
  }

  #noteWay(kernel: Kernel, step: number): void {
    const choice = this.#choiceAt(step);
    if (choice === undefined) return;
    const path = this.#pathOf(step);
    const ways = (choice.ways ??= []);
    if (!ways.some((tried) => isSame(tried.path, path))) ways.push(this.#tried(kernel, step, path));
  }

  /** What has been chosen in a state need not be tried in it again. */
  #putToSleep(kernel: Kernel, choice: Choice): void {
    const { asleep, chosen, step, ways } = choice;
    const all = ways ?? [this.#tried(kernel, step, noWays)];
    const some = this.#hasHalfAsleep ? asleep.find(({ event }) => event === chosen) : undefined;
    const others = some === undefined ? asleep : asleep.filter((entry) => entry !== some);
    const entry = { event: chosen, ways: some === undefined ? all : [...some.ways, ...all], awake: undefined };
    choice.asleep = withLast(others, entry);
  }

  #findRaces(kernel: Kernel): void {
    const { order, steps, prevented } = kernel;
    this.#reverseAgain(kernel);
    for (let later = Math.max(1, this.#firstNew); later < steps.length; later++) {
      const { cause, madeBy } = steps[later] as Transition;
      for (let earlier = -1; (earlier = order.nextJustBefore(later, earlier + 1)) !== -1;) {
        if (isNeeded(order, earlier, steps[later] as Transition)) continue;
        const isFree = madeBy >= earlier || this.#comesFree(kernel, cause.id, earlier);
        const meant = isFree ? earlier : this.#lastReady(cause.id, madeBy, earlier);
        if (meant === undefined) continue;
        if (this.#isAsleep(cause.id, meant)) this.#watched.push({ earlier: meant, later });
        this.#reverse(kernel, meant, later);
      }
    }
    if (this.#hasHalfAsleep) this.#findRacesOfOtherWays(kernel);
    // What a step prevented could have happened before it.
    for (const { transition, by } of prevented) {
      if (by < 0 || by < this.#firstNew) continue;
      const meant = this.#lastReady(transition.cause.id, transition.madeBy, by);
      const choice = meant === undefined ? undefined : this.#choiceAt(meant);
      if (choice === undefined) continue;
      this.#beginnings[0] = transition.cause.id;
      this.#putDown(choice, 1);
    }
  }

  /** The races in the steps that the run before had as well, of events of which this run may show more. */
  #reverseAgain(kernel: Kernel): void {
    const watched = this.#watched;
    for (let last = watched.at(-1); last !== undefined && last.later >= this.#firstNew; last = watched.at(-1))
      watched.pop();
    for (const { earlier, later } of watched) this.#reverse(kernel, earlier, later);
  }

  /**
   * An event that went on in one way does not go on in another later on: where the other way is left out because it was tried before,
   * what has to do with it must be tried before the event all the same.
   */
  #findRacesOfOtherWays(kernel: Kernel): void {
    const { order, steps } = kernel;
    for (const { asleep, chosen, step, isWay } of this.#stack.slice(0, this.#depth)) {
      const leftOut = isWay ? undefined : asleep.find(({ event, awake }) => event === chosen && awake !== undefined);
      if (leftOut === undefined) continue;
      for (let later = Math.max(step + 1, this.#firstNew); later < steps.length; later++) {
        if (order.isBefore(step, later)) continue;
        if (leftOut.ways.some((tried) => this.#meets(kernel, tried, later))) this.#reverse(kernel, step, later);
      }
    }
  }

  /** The state in which a step was chosen; undefined for what no search has chosen, and before the first. */
  #choiceAt(step: number): Choice | undefined {
    return step < 0 ? undefined : this.#stack[this.#choiceOf[step] ?? -1];
  }

  /** Whether an event was asleep where a step was chosen. */
  #isAsleep(event: number, step: number): boolean {
    const choice = this.#choiceAt(step);
    return choice !== undefined && isIn(choice.asleep, event);
  }

  #isReady(event: number, step: number): boolean {
    const choice = this.#choiceAt(step);
    return choice !== undefined && holds(choice.ready, event);
  }

  /** Whether an event that happens after a step could have happened without it: no timer that the step has to do with holds it back. */
  #comesFree({ order, steps }: Kernel, event: number, step: number): boolean {
    if (this.#isReady(event, step)) return true;
    let release = step;
    while (release + 1 < steps.length && !this.#isReady(event, release + 1)) release += 1;
    return release !== step && !order.isBefore(step, release);
  }

  /** The last step, up to a given one, before which an event that has been made could have happened: no timer held it back. */
  #lastReady(event: number, madeBy: number, upTo: number): number | undefined {
    for (let step = upTo; step > madeBy; step--) if (this.#isReady(event, step)) return step;
    return undefined;
  }

  /** Puts down how an order begins in which the later of two steps comes before the earlier. */
  #reverse(kernel: Kernel, earlier: number, later: number): void {
    const { order, steps } = kernel;
    const choice = this.#choiceAt(earlier);
    if (choice === undefined) return;
    const event = (steps[later] as Transition).cause.id;
    // What the later step touches without the earlier one is not known from this run, but from one that began with it: it may
    // then meet steps which it does not meet here, and which all have to be tried before it.
    const known = choice.asleep.find((entry) => entry.awake === undefined && entry.event === event);
    const end = known === undefined ? later : steps.length;
    const free = this.#free;
    let count = 0;
    let beginnings = 0;
    for (let step = earlier + 1; step < end; step++) {
      if (step === later || order.isBefore(earlier, step)) continue;
      if (isFirst(order, free, count, step)) {
        const beginning = (steps[step] as Transition).cause.id;
        if (known === undefined && isTried(choice, beginning)) return;
        this.#beginnings[beginnings++] = beginning;
      }
      free[count++] = step;
    }
    if (known === undefined && isFirst(order, free, count, later)) {
      if (isTried(choice, event)) return;
      this.#beginnings[beginnings++] = event;
    }
    if (known === undefined || this.#meetsOne(kernel, known, count)) this.#putDown(choice, beginnings);
  }

  /** Whether an event that is asleep has to do with one of the first of the free steps. */
  #meetsOne(kernel: Kernel, { ways }: Asleep, count: number): boolean {
    for (let at = 0; at < count; at++) {
      const step = this.#free[at] as number;
      if (ways.some((tried) => this.#meets(kernel, tried, step))) return true;
    }
    return false;
  }

  /** @param count how many of the beginnings there are. */
  #putDown(choice: Choice, count: number): void {
    let possible = -1;
    for (let at = 0; at < count; at++) {
      const event = this.#beginnings[at] as number;
      if (isTried(choice, event)) return;
      // The last is nearest to the later step of the race; an earlier one leads once more through what this run has done.
      if (holds(choice.ready, event)) possible = event;
    }
    if (possible !== -1) choice.todo.push(possible);
    // Not ready there though nothing before it was needed: a timer that another one holds back.
    else choice.todo.push(...choice.ready.filter((event) => !isTried(choice, event)));
  }

  /** Goes back to the last state in which something is left to be tried. */
  #advance(kernel: Kernel): void {
    for (let choice = this.#stack.pop(); choice !== undefined; choice = this.#stack.pop()) {
      const next = nextOf(choice);
      if (next === -1) continue;
      if (!choice.isWay) {
        this.#putToSleep(kernel, choice);
        choice.ways = undefined;
      }
      choice.chosen = choice.todo[next] as number;
      choice.index = choice.ready.indexOf(choice.chosen);
      dropFirst(choice.todo, next + 1);
      this.#stack.push(choice);
      return;
    }
    this.#isFinished = true;
  }
}

/** Which of what is to be tried in a state is next; -1 when nothing is left. */
function nextOf({ chosen, isWay, todo, asleep }: Choice): number {
  if (isWay) return todo.length > 0 ? 0 : -1;
  for (let index = 0; index < todo.length; index++) {
    const event = todo[index] as number;
    if (event !== chosen && !isIn(asleep, event)) return index;
  }
  return -1;
}

/** Whether an event would not have been made without a step. */
export function isNeeded(order: Kernel["order"], step: number, { madeBy, needs }: Transition): boolean {
  if (isAtOrBefore(order, step, madeBy)) return true;
  for (const need of needs) if (isAtOrBefore(order, step, need)) return true;
  return false;
}

function isAtOrBefore(order: Kernel["order"], step: number, other: number): boolean {
  return step === other || (other >= 0 && order.isBefore(step, other));
}

/** Whether a state has been left by an event, is so now, or will be. */
function isTried({ chosen, todo, asleep }: Choice, event: number): boolean {
  return event === chosen || holds(todo, event) || isIn(asleep, event);
}

/** Whether none of the first steps of a list comes before another one. */
function isFirst(order: Kernel["order"], steps: readonly number[], count: number, later: number): boolean {
  for (let at = 0; at < count; at++) if (order.isBefore(steps[at] as number, later)) return false;
  return true;
}
