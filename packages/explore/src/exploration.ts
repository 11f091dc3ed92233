/**
 * One exploration under way: what it has tried, and what it makes of a failure.
 *
 * @module
 */
import { Explored, type ExploredCounts, type MinimalFailure, type Verdict } from "./explored.ts";
import { PrivateFieldsError } from "./errors.ts";
import { findDecision } from "./explain.ts";
import type { ExploreSettings } from "./options.ts";
import { replayString } from "./replay-string.ts";
import { DepthFirst, NotTheSameError } from "./search/depth-first.ts";
import { Draw } from "./search/draw.ts";
import { Recorder, type Schedule } from "./search/schedule.ts";
import { signatureOf } from "./failure-signature.ts";
import type { Session } from "./session.ts";
import { isPrivateMemberError } from "./shared.ts";
import { shrink } from "./shrink.ts";
import type { RunResult } from "./single-run.ts";
import { inSlices, realTime } from "./slices.ts";

/** How many of the first runs take turns between going through the orders and drawing them. */
const MIXED = 64;
/** How many orders are drawn to see whether one of them comes to an end. */
const DRAWN = 40;

interface FirstFailure {
  readonly error: unknown;
  readonly schedule: Schedule;
  /** How many orders had been tried by then, with this one. */
  readonly orders: number;
}

export class Exploration {
  readonly #session: Session;
  readonly #settings: ExploreSettings;
  readonly #started = realTime();
  readonly #kinds = new Set<string>();
  #orders = 0;
  #failing = 0;
  #redundant = 0;
  #tasks = 0;
  #steps = 0;
  #wasCut = false;
  #stage = "exhaustive";
  #failure: FirstFailure | undefined;
  /** What a run waits for that is not the explorer's, in words. */
  #outside: string | undefined;

  constructor(session: Session, settings: ExploreSettings) {
    this.#session = session;
    this.#settings = settings;
  }

  async run(): Promise<Explored> {
    const objection = await this.#tryOut();
    if (objection !== undefined) return objection;
    const { strategy, runs, ms } = this.#settings;
    let isExhausted = false;
    try {
      if (strategy !== "random") {
        const share = strategy === "auto" ? 0.5 : 1;
        isExhausted = await this.#exhaust(runs * share, ms * share);
      }
      if (strategy !== "exhaustive" && !isExhausted && !this.#isFound) await this.#draw(runs, ms);
    } catch (error) {
      if (!(error instanceof NotTheSameError)) throw error;
      return this.#result("nondeterministic", false, error.message);
    }
    if (this.#outside !== undefined) return this.#result("uncontrolled", false, this.#outside);
    if (this.#failure !== undefined) return await this.#made(isExhausted);
    const reason = isExhausted ? undefined : this.#whyEnded();
    return this.#result(isExhausted && !this.#wasCut ? "exhausted" : "not-found", isExhausted, reason);
  }

  /** What a failure that was found elsewhere comes to, with how it was come by. */
  async examine(schedule: Schedule, counts: ExploredCounts, choicePoints: readonly string[]): Promise<Explored> {
    this.#orders = counts.orders;
    this.#failing = counts.failing;
    this.#redundant = counts.redundant;
    this.#tasks = counts.tasks;
    this.#steps = counts.steps;
    for (const kind of choicePoints) this.#kinds.add(kind);
    let error: unknown;
    await inSlices(() => {
      error = this.#session.follow(schedule).failure?.error;
      return true;
    });
    this.#failure = { error, schedule, orders: counts.firstFailure ?? counts.orders };
    return await this.#made(counts.exhausted);
  }

  get #isFound(): boolean {
    return this.#outside !== undefined || (this.#failure !== undefined && !this.#settings.countFailures);
  }

  get #isStopped(): boolean {
    return this.#settings.signal?.aborted === true;
  }

  /** Two runs in the same order, which must be the same. */
  async #tryOut(): Promise<Explored | undefined> {
    let objection: Explored | undefined;
    await inSlices(() => {
      const first = this.#session.follow([]);
      this.#refusePrivateFields(first);
      const outside =
        first.uncontrolled ?? (first.hangs ? this.#session.outsideOf([], () => this.#canEnd()) : undefined);
      if (outside !== undefined) {
        objection = this.#result("uncontrolled", false, outside);
        return true;
      }
      const again = this.#session.follow([]);
      if (first.fingerprint !== again.fingerprint) {
        objection = this.#result(
          "nondeterministic",
          false,
          "the first order gave another run the second time; look for real clocks, chance and state that outlives a run",
        );
      }
      return true;
    });
    return objection;
  }

  /** Whether some order comes to an end though the first did not. */
  #canEnd(): boolean {
    const draw = new Draw(this.#settings.seed);
    for (let turn = 0; turn < DRAWN; turn++) {
      const { end, hangs } = draw.once(this.#session);
      if (end === "done" && !hangs) return true;
    }
    return false;
  }

  /** Tries every order once; true when that came to an end. */
  async #exhaust(runs: number, ms: number): Promise<boolean> {
    const search = new DepthFirst();
    const recorder = new Recorder(search);
    const { strategy, countFailures, seed } = this.#settings;
    const draw = strategy === "auto" && !countFailures ? new Draw(seed) : undefined;
    let [turn, drawn] = [0, 0];
    await inSlices(
      () => {
        // What takes long to come to by going through the orders is often quick to be drawn.
        if (draw !== undefined && ++turn % 2 === 0 && turn <= MIXED) {
          drawn += 1;
          this.#note(draw.once(this.#session), draw.recorder);
          return this.#isFound || this.#isOver(runs, ms);
        }
        search.begin();
        recorder.begin();
        const result = this.#session.runner.once(recorder);
        search.end(this.#session.kernel);
        this.#note(result, recorder);
        return search.isFinished || this.#isFound || this.#isOver(runs, ms);
      },
      () => this.#report(),
    );
    this.#redundant = search.redundant;
    // The drawn ones were among them.
    if (search.isFinished && this.#failure === undefined) this.#orders -= drawn;
    return search.isFinished;
  }

  /** Draws orders until the budget is used up. */
  async #draw(runs: number, ms: number): Promise<void> {
    this.#stage = "random";
    const draw = new Draw(this.#settings.seed);
    await inSlices(
      () => {
        if (this.#isOver(runs, ms)) return true;
        this.#note(draw.once(this.#session), draw.recorder);
        return this.#isFound;
      },
      () => this.#report(),
    );
  }

  #isOver(runs: number, ms: number): boolean {
    return this.#isStopped || this.#orders >= runs || realTime() - this.#started >= ms;
  }

  /** The last thing that is done about a run: it may run another. */
  #note({ end, failure, hangs, uncontrolled }: RunResult, recorder: Recorder): void {
    if (end === "given-up") return;
    const { steps } = this.#session.kernel;
    this.#orders += 1;
    this.#wasCut ||= end === "cut";
    this.#steps = Math.max(this.#steps, steps.length);
    for (const { kind } of steps) this.#kinds.add(kind);
    this.#tasks = Math.max(this.#tasks, steps.filter(({ kind }) => kind === "start").length);
    this.#outside ??= uncontrolled;
    if (failure === undefined) return;
    this.#failing += 1;
    // Where one comes to a halt for want of something outside, all do.
    if (hangs && this.#failure === undefined) this.#outside ??= this.#session.outsideOf(recorder.schedule, () => true);
    this.#failure ??= { error: failure.error, schedule: recorder.schedule, orders: this.#orders };
  }

  /** Makes the failure small, and finds out what decides. */
  async #made(isExhausted: boolean): Promise<Explored> {
    const session = this.#session;
    this.#stage = "shrinking";
    this.#report();
    const { error, schedule, orders } = this.#failure as FirstFailure;
    const signature = signatureOf(error);
    let result: Explored | undefined;
    await inSlices(() => {
      const again = session.follow(schedule);
      this.#refusePrivateFields(again);
      if (again.failure === undefined || signatureOf(again.failure.error) !== signature) {
        result = this.#result("nondeterministic", isExhausted, "the order that failed did not fail again");
        return true;
      }
      const { schedule: smallest, isMinimal } = shrink(schedule, (attempt) => {
        const { failure, follower } = session.follow(attempt);
        return {
          isSame: failure !== undefined && signatureOf(failure.error) === signature,
          possible: follower.possible,
        };
      });
      const { fingerprint } = session.follow(smallest);
      const trace = session.trace(smallest);
      // The one of the run in detail has a stack.
      this.#failure = { error: trace.error, schedule: smallest, orders };
      const decision = findDecision(session, smallest, trace);
      const minimal = { departures: smallest.length, isSmallest: isMinimal, trace, ...(decision && { decision }) };
      result = this.#result(
        "failed",
        isExhausted,
        undefined,
        minimal,
        replayString({ fingerprint, schedule: smallest, cancellations: session.cancellations }),
      );
      return true;
    });
    return result as Explored;
  }

  #refusePrivateFields({ failure }: RunResult): void {
    const names = new Set(this.#session.runner.lab?.sharedNames);
    if (failure === undefined || names.size === 0) return;
    for (const leaf of leavesOf(failure.error)) {
      if (isPrivateMemberError(leaf)) throw new PrivateFieldsError([...names].join(", "), { cause: leaf });
    }
  }

  #report(): void {
    const { onProgress } = this.#settings;
    onProgress?.({ orders: this.#orders, failing: this.#failing, stage: this.#stage });
  }

  #whyEnded(): string {
    if (this.#isStopped) return "it was ended by its signal";
    return this.#orders >= this.#settings.runs
      ? `the budget of ${this.#settings.runs} runs is used up`
      : `the budget of ${this.#settings.ms} ms is used up`;
  }

  #result(verdict: Verdict, exhausted: boolean, reason?: string, minimal?: MinimalFailure, replay?: string): Explored {
    const counts: ExploredCounts = {
      orders: this.#orders,
      failing: this.#failing,
      redundant: this.#redundant,
      exhausted: exhausted && !this.#wasCut,
      ...(this.#failure !== undefined && { firstFailure: this.#failure.orders }),
      tasks: this.#tasks,
      steps: this.#steps,
      milliseconds: Math.round(realTime() - this.#started),
    };
    return new Explored({
      verdict,
      counts,
      choicePoints: [...this.#kinds].toSorted(),
      seed: this.#settings.seed,
      error: this.#failure?.error,
      limits: this.#limits(verdict),
      ...(reason !== undefined && { reason }),
      ...(minimal !== undefined && { minimal }),
      ...(replay !== undefined && { replay }),
    });
  }

  #limits(verdict: Verdict): string[] {
    if (verdict === "uncontrolled" || verdict === "nondeterministic") return [];
    const limits = [
      `choice points: ${[...this.#kinds].toSorted().join(", ") || "none"}; timers ${timerWords(this.#settings)}`,
    ];
    limits.push(
      this.#session.runner.isDeclared
        ? "what tasks share was taken to be what is declared with lab.shared() and lab.access(), and the library's own primitives"
        : "nothing was declared, so every order of all steps counts as different",
    );
    const { cancellations } = this.#settings;
    if (cancellations > 0) {
      limits.push(
        `at most ${cancellations} of the tasks of lab.all() ${cancellations === 1 ? "is" : "are"} cancelled in a run`,
      );
    }
    if (this.#wasCut) limits.push(`runs were cut after ${this.#settings.maxSteps} steps`);
    if (verdict === "not-found" && this.#orders > 0) {
      const share = Math.min(1, 3 / this.#orders);
      limits.push(
        `had they been drawn by chance, fewer than ${(share * 100).toPrecision(2)} % of the orders would fail, at 95 % confidence (3/n)`,
      );
    }
    return limits;
  }
}

function timerWords({ orderedTimers, areLimitsLast }: ExploreSettings): string {
  if (orderedTimers) return "in the order of their times";
  return areLimitsLast ? "in any order, limits when nothing else could happen" : "in any order";
}

function leavesOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [error];
  const { errors } = error as { errors?: unknown };
  const nested = Array.isArray(errors) ? errors.flatMap(leavesOf) : [];
  return [error, ...nested, ...(error.cause === undefined ? [] : leavesOf(error.cause))];
}
