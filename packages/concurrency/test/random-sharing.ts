/**
 * Random programs of tasks that share locks, places and a queue, and an interpreter that checks, while it runs one,
 * what must hold at each step.
 *
 * @module
 */
import * as fc from "fast-check";
import {
  CapacityLimiter,
  checkpoint,
  Condition,
  currentTask,
  isCancelled,
  Lock,
  moveOnAfter,
  run,
  Semaphore,
  sleep,
  taskGroup,
  type TaskHandle,
} from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { drained } from "./virtually.ts";

/** One step of a task. */
export type Step =
  | { readonly do: "sleep"; readonly delay: number }
  | { readonly do: "checkpoint" | "produce" | "consume" }
  | { readonly do: "lock" | "semaphore" | "limiter"; readonly hold: number; readonly wait: boolean }
  | { readonly do: "resize"; readonly total: number }
  | { readonly do: "cancel"; readonly at: number }
  | { readonly do: "limit"; readonly timeout: number; readonly step: Step }
  | { readonly do: "both"; readonly left: Step; readonly right: Step };

/** What each task does, and how many places there are to begin with. */
export interface Program {
  readonly places: number;
  readonly tasks: readonly (readonly Step[])[];
}

/** What a run of a program showed. */
export interface Outcome {
  /** What did not hold; empty when all did. */
  readonly violations: readonly string[];
  /** How often something was waited for and got, and how often a wait was cut short. */
  readonly waited: number;
  readonly cancelled: number;
}

const delay = fc.integer({ min: 0, max: 5 });

/** Programs whose tasks take these steps, besides sleeping, cancelling each other and setting limits. */
export function programs(...kinds: readonly ("lock" | "semaphore" | "limiter" | "resize" | "produce" | "consume")[]) {
  const arbitraries = kinds.map((kind): fc.Arbitrary<Step> => {
    if (kind === "resize") return fc.record({ do: fc.constant(kind), total: fc.integer({ min: 0, max: 3 }) });
    if (kind === "produce" || kind === "consume") return fc.constant({ do: kind });
    return fc.record({ do: fc.constant(kind), hold: delay, wait: fc.boolean() });
  });
  const { step } = fc.letrec<{ step: Step }>((tie) => ({
    step: fc.oneof(
      { maxDepth: 2, depthIdentifier: "step" },
      ...arbitraries,
      ...arbitraries,
      fc.record({ do: fc.constant("sleep" as const), delay }),
      fc.constant({ do: "checkpoint" as const }),
      fc.record({ do: fc.constant("cancel" as const), at: fc.nat(5) }),
      fc.record({ do: fc.constant("limit" as const), timeout: delay, step: tie("step") }),
      fc.record({ do: fc.constant("both" as const), left: tie("step"), right: tie("step") }),
    ),
  }));
  return fc.record({
    places: fc.integer({ min: 1, max: 3 }),
    tasks: fc.array(fc.array(step, { minLength: 1, maxLength: 5, size: "max" }), {
      minLength: 3,
      maxLength: 6,
      size: "max",
    }),
  });
}

/** Runs a program on a virtual runtime whose order is chosen by a seed. */
export async function execute(program: Program, seed: number): Promise<Outcome> {
  const runtime = new VirtualRuntime({ seed, order: "random" });
  const interpreter = new Interpreter(program.places);
  await run(() => interpreter.run(program.tasks), { runtime }).catch((error: unknown) =>
    interpreter.violations.push(`left the program: ${String(error)}`),
  );
  // Code under a Promise.all that failed may have been handed something, and not gone on yet.
  for (let turn = 0; turn < 100 && runtime.statistics().ready > 0; turn++) await drained();
  interpreter.checkEnd();
  const { ready, waiting, timers } = runtime.statistics();
  if (ready + waiting + timers > 0)
    interpreter.violations.push(`left: ${ready} steps, ${waiting} waits, ${timers} timers`);
  return interpreter;
}

class Interpreter implements Outcome {
  readonly violations: string[] = [];
  waited = 0;
  cancelled = 0;
  readonly #places: number;
  readonly #handles: TaskHandle<void>[] = [];
  readonly #lock = new Lock();
  readonly #condition = new Condition(this.#lock);
  readonly #semaphore: Semaphore;
  readonly #limiter: CapacityLimiter;
  #asked = 0;
  #lastServed: Record<"lock" | "semaphore" | "limiter", number> = { lock: 0, semaphore: 0, limiter: 0 };
  #inLock = 0;
  #inSemaphore = 0;
  #borrowed = 0;
  #items = 0;
  #isClosed = false;

  constructor(places: number) {
    this.#places = places;
    this.#semaphore = new Semaphore(places, { maxValue: places });
    this.#limiter = new CapacityLimiter(places);
  }

  async run(tasks: Program["tasks"]): Promise<void> {
    await taskGroup(async (group) => {
      for (const steps of tasks) {
        const handle = group.startSoon(async () => {
          for (const step of steps) await this.#step(step);
        });
        this.#handles.push(handle);
      }
      // The clock comes here only when nobody can go on without help.
      await sleep(1_000);
      this.#checkRest();
      this.#limiter.totalTokens = 3;
      this.#isClosed = true;
      await this.#condition.withLock(() => this.#condition.notifyAll());
    });
  }

  checkEnd(): void {
    this.#check(!this.#lock.isLocked, "the lock is held in the end");
    this.#check(this.#lock.statistics().tasksWaiting === 0, "somebody waits for the lock in the end");
    this.#check(this.#semaphore.value === this.#places, `the semaphore has ${this.#semaphore.value} places in the end`);
    this.#check(this.#semaphore.statistics().tasksWaiting === 0, "somebody waits for a place in the end");
    this.#check(this.#limiter.borrowedTokens === 0, `${this.#limiter.borrowedTokens} tokens are out in the end`);
    this.#check(this.#limiter.statistics().tasksWaiting === 0, "somebody waits for a token in the end");
    this.#check(this.#condition.statistics().tasksWaiting === 0, "somebody waits to be notified in the end");
  }

  async #step(step: Step): Promise<void> {
    this.#checkIdle();
    switch (step.do) {
      case "sleep":
        return await sleep(step.delay);
      case "checkpoint":
        return await checkpoint();
      case "cancel":
        this.#handles[step.at]?.cancel();
        return this.#checkIdle();
      case "limit":
        return await moveOnAfter(step.timeout, () => this.#step(step.step));
      case "both":
        await Promise.all([this.#orRefused(step.left), this.#orRefused(step.right)]);
        return undefined;
      case "resize":
        // Once everybody is to come to an end, nobody may be shut out.
        if (!this.#isClosed) this.#limiter.totalTokens = step.total;
        return this.#observeLimiter();
      case "lock":
        return await this.#inLockFor(step.hold, step.wait);
      case "semaphore":
        return await this.#inSemaphoreFor(step.hold, step.wait);
      case "limiter":
        return await this.#inLimiterFor(step.hold, step.wait);
      case "produce":
        return await this.#produce();
      case "consume":
        return await this.#consume();
    }
  }

  /** Two steps of one task may meet at the same lock. */
  async #orRefused(step: Step): Promise<void> {
    try {
      await this.#step(step);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "RESOURCE_ALREADY_HELD") throw error;
    }
  }

  async #inLockFor(hold: number, wait: boolean): Promise<void> {
    const number = ++this.#asked;
    if (!wait && this.#lock.isLocked) return;
    using _hold = wait ? await this.#counted(() => this.#lock.acquire()) : this.#lock.acquireNoWait();
    this.#served("lock", number);
    this.#enterLock();
    try {
      await sleep(hold);
    } finally {
      this.#inLock -= 1;
    }
  }

  async #inSemaphoreFor(hold: number, wait: boolean): Promise<void> {
    const number = ++this.#asked;
    if (!wait && this.#semaphore.value === 0) return;
    using _place = wait ? await this.#counted(() => this.#semaphore.acquire()) : this.#semaphore.acquireNoWait();
    // With more places the order in which those who were served go on is the runtime's choice.
    if (this.#places === 1) this.#served("semaphore", number);
    this.#inSemaphore += 1;
    this.#check(this.#inSemaphore <= this.#places, `${this.#inSemaphore} are inside a semaphore of ${this.#places}`);
    try {
      await sleep(hold);
    } finally {
      this.#inSemaphore -= 1;
    }
  }

  async #inLimiterFor(hold: number, wait: boolean): Promise<void> {
    const number = ++this.#asked;
    if (!wait && this.#limiter.availableTokens <= 0) return;
    const token = await this.#counted(async () => {
      const acquired = wait ? this.#limiter.acquireOnBehalfOf(number) : this.#limiter.acquireOnBehalfOfNoWait(number);
      this.#observeLimiter();
      return await acquired;
    });
    try {
      this.#observeLimiter();
      await sleep(hold);
    } finally {
      token.release();
      this.#observeLimiter();
    }
  }

  async #produce(): Promise<void> {
    using _hold = await this.#condition.acquire();
    this.#enterLock();
    this.#items += 1;
    this.#condition.notify();
    this.#inLock -= 1;
  }

  async #consume(): Promise<void> {
    using _hold = await this.#condition.acquire();
    this.#enterLock();
    try {
      while (this.#items === 0 && !this.#isClosed) {
        this.#inLock -= 1;
        try {
          await this.#counted(() => this.#condition.wait());
        } finally {
          this.#enterLock();
        }
      }
      if (this.#items > 0) this.#items -= 1;
    } finally {
      this.#inLock -= 1;
    }
  }

  async #counted<T>(wait: () => Promise<T>): Promise<T> {
    try {
      const value = await wait();
      this.waited += 1;
      return value;
    } catch (error) {
      if (isCancelled(error)) this.cancelled += 1;
      throw error;
    }
  }

  #enterLock(): void {
    this.#inLock += 1;
    this.#check(this.#inLock === 1, `${this.#inLock} are inside the lock`);
    this.#check(this.#lock.statistics().owner === currentTask(), "somebody is inside the lock and not its owner");
  }

  #served(what: "lock" | "semaphore" | "limiter", number: number): void {
    const last = this.#lastServed[what];
    this.#check(last < number, `the ${what} served ${number} after ${last}`);
    this.#lastServed[what] = number;
  }

  /** Called after whatever can change the limiter. */
  #observeLimiter(): void {
    const { borrowers, borrowedTokens, totalTokens } = this.#limiter.statistics();
    for (const number of borrowers as readonly number[]) {
      if (number > this.#lastServed.limiter) this.#lastServed.limiter = number;
    }
    const sorted = (borrowers as readonly number[]).toSorted((a, b) => a - b);
    this.#check(String(sorted) === String(borrowers), `the limiter served in the order ${String(borrowers)}`);
    // More than there are may be out after the number was lowered, but then nobody is admitted.
    const most = Math.max(totalTokens, this.#borrowed);
    this.#check(borrowedTokens <= most, `${borrowedTokens} are inside a limiter of ${totalTokens}`);
    this.#borrowed = borrowedTokens;
    this.#checkIdle();
  }

  /** Nobody waits for what is free. */
  #checkIdle(): void {
    const { isLocked, tasksWaiting } = this.#lock.statistics();
    this.#check(isLocked || tasksWaiting === 0, `${tasksWaiting} wait for a free lock`);
    const forPlace = this.#semaphore.statistics().tasksWaiting;
    this.#check(this.#semaphore.value === 0 || forPlace === 0, `${forPlace} wait for a free place`);
    const forToken = this.#limiter.statistics().tasksWaiting;
    this.#check(this.#limiter.availableTokens <= 0 || forToken === 0, `${forToken} wait for an available token`);
  }

  /** Who still waits when nothing moves any more waits for what is not there. */
  #checkRest(): void {
    this.#checkIdle();
    const { tasksWaiting, lockStatistics } = this.#condition.statistics();
    this.#check(tasksWaiting === 0 || this.#items === 0, `${tasksWaiting} wait, and there are ${this.#items} items`);
    this.#check(!lockStatistics.isLocked, "the lock is held, and nobody goes on");
    this.#check(this.#semaphore.value === this.#places, "a place is taken, and nobody goes on");
    this.#check(this.#limiter.borrowedTokens === 0, "a token is out, and nobody goes on");
  }

  #check(holds: boolean, violation: string): void {
    if (!holds) this.violations.push(violation);
  }
}
