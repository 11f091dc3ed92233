/**
 * An interpreter of random programs that checks, while it runs one, what must hold at the end of every scope, group and
 * lock, and of the whole.
 *
 * @module
 */
import {
  CancelScope,
  cancelShieldedCheckpoint,
  checkpoint,
  currentTask,
  Event,
  type Hold,
  type Instrument,
  isCancelled,
  leafErrors,
  Lock,
  moveOnAfter,
  openDeadline,
  openShield,
  Owner,
  run,
  Semaphore,
  shielded,
  sleep,
  taskGroup,
  type TaskGroup,
  type TaskHandle,
  type TaskInfo,
} from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import type { Child, Program, Statement } from "./random-program.ts";
import { drained } from "./virtually.ts";

/** The error that a program throws on purpose. */
class PlannedError extends Error {}

/** What a run of a program showed. */
export interface Outcome {
  /** Each step in order, for comparing two runs. */
  readonly trace: readonly string[];
  /** What did not hold; empty when all did. */
  readonly violations: readonly string[];
}

/** How often each kind of statement was carried out. */
export type Histogram = Map<Statement["do"], number>;

/** What a program may throw besides what it throws on purpose: the answers to its own misuse, and time limits. */
const expectedCodes: ReadonlySet<unknown> = new Set([
  "TASK_FAILED",
  "TASK_WAS_CANCELLED",
  "SCOPE_TIMEOUT",
  "TASK_NOT_STARTED",
  "RESOURCE_ALREADY_HELD",
  "RESOURCE_BROKEN",
]);

/** Runs a program on a virtual runtime whose order is chosen by a seed. */
export async function execute(statements: Program, seed: number, histogram: Histogram = new Map()): Promise<Outcome> {
  const runtime = new VirtualRuntime({ seed, order: "random" });
  const interpreter = new Interpreter(runtime, histogram);
  await run(() => interpreter.run(statements), { runtime, instruments: [interpreter] }).catch((error: unknown) =>
    interpreter.checkLeaves(error),
  );
  // Groups that nobody awaited may still clean up in a shield.
  for (let turn = 0; turn < 100 && runtime.statistics().ready + runtime.statistics().timers > 0; turn++)
    await drained();
  await interpreter.close();
  for (const leak of runtime.leaks()) interpreter.violations.push(`left: ${leak}`);
  return interpreter;
}

class Interpreter implements Outcome, Instrument {
  readonly trace: string[] = [];
  readonly violations: string[] = [];
  readonly #runtime: VirtualRuntime;
  readonly #finished = new Set<TaskInfo>();
  readonly #scopes: CancelScope[] = [];
  readonly #handles: TaskHandle<void>[] = [];
  readonly #events = [new Event(), new Event()];
  readonly #locks = [new Lock(), new Lock()];
  readonly #semaphore = new Semaphore(2);
  readonly #inside = new Map<Lock | Semaphore, number>();
  readonly #histogram: Histogram;
  #generationsOpen = 0;
  readonly #owner = new Owner(async (own) => {
    const opener = currentTask();
    this.#generationsOpen += 1;
    if (this.#generationsOpen > 1) this.violations.push("two generations are open at once");
    try {
      await checkpoint();
      return await own.publish("resource");
    } finally {
      this.#generationsOpen -= 1;
      if (currentTask() !== opener) this.violations.push("another task closes than opened");
    }
  });

  constructor(runtime: VirtualRuntime, histogram: Histogram) {
    this.#runtime = runtime;
    this.#histogram = histogram;
  }

  /** Closes what the program shared, and looks that nobody holds or waits for any of it. */
  async close(): Promise<void> {
    await run(() => this.#owner.close(), { runtime: this.#runtime });
    const { leases, waiting } = this.#owner.statistics();
    if (leases + waiting > 0) this.violations.push(`the owner has ${leases} leases, ${waiting} waiters`);
    for (const lock of this.#locks) {
      const { tasksWaiting } = lock.statistics();
      if (tasksWaiting > 0) this.violations.push(`${tasksWaiting} wait for a lock`);
    }
    const { tasksWaiting } = this.#semaphore.statistics();
    if (tasksWaiting > 0 || this.#semaphore.value !== 2) {
      this.violations.push(`the semaphore ends at ${this.#semaphore.value}, with ${tasksWaiting} waiting`);
    }
  }

  async run(statements: Program): Promise<void> {
    for (const statement of statements) {
      this.trace.push(`${this.#runtime.now()} ${currentTask().name} ${statement.do}`);
      this.#histogram.set(statement.do, (this.#histogram.get(statement.do) ?? 0) + 1);
      await this.#step(statement);
    }
  }

  taskFinished(task: TaskInfo): void {
    this.#finished.add(task);
  }

  /** Nothing leaves the program but what it threw itself, or what awaiting such a task gives. */
  checkLeaves(error: unknown): void {
    for (const leaf of leafErrors(error)) {
      if (leaf instanceof PlannedError || expectedCodes.has((leaf as { code?: unknown }).code)) continue;
      this.violations.push(`left the program: ${String(leaf)}`);
    }
  }

  async #step(statement: Statement): Promise<void> {
    switch (statement.do) {
      case "sleep":
        return await sleep(statement.delay);
      case "checkpoint":
        return await checkpoint();
      case "yield":
        return await cancelShieldedCheckpoint();
      case "wait":
        return await moveOnAfter(30, () => pick(this.#events, statement.at)?.wait());
      case "set":
        return pick(this.#events, statement.at)?.set();
      case "fail":
        throw new PlannedError("planned");
      case "cancel scope":
        return pick(this.#scopes, statement.at)?.cancel();
      case "cancel task":
        return pick(this.#handles, statement.at)?.cancel();
      case "join":
        return await moveOnAfter(30, () => pick(this.#handles, statement.at)?.wait());
      case "await task":
        return await moveOnAfter(30, async () => await pick(this.#handles, statement.at));
      case "shield": {
        const scope = pick(this.#scopes, statement.at);
        if (scope !== undefined) scope.shield = statement.on;
        return undefined;
      }
      case "deadline": {
        const scope = pick(this.#scopes, statement.at);
        if (scope !== undefined) scope.deadline = this.#runtime.now() + statement.delay;
        return undefined;
      }
      case "scope": {
        const scope = this.#makeScope(statement);
        return await this.#guard(scope, () => scope.run(() => this.run(statement.body)));
      }
      case "enter":
        return await this.#enter(this.#makeScope(statement), statement.body);
      case "open shield": {
        using _shield = await openShield();
        return await this.run(statement.body);
      }
      case "open deadline": {
        using _limit = await openDeadline(statement.timeout);
        return await this.run(statement.body);
      }
      case "lock": {
        const lock = pick(this.#locks, statement.at) as Lock;
        return await this.#hold(lock, 1, await moveOnAfter(30, () => lock.acquire()), statement.body);
      }
      case "semaphore":
        return await this.#hold(
          this.#semaphore,
          2,
          await moveOnAfter(30, () => this.#semaphore.acquire()),
          statement.body,
        );
      case "lease": {
        using lease = await this.#owner.lease();
        if (lease.value !== "resource" || lease.isLost) this.violations.push("a lease without its value");
        return await this.run(statement.body);
      }
      case "group":
        return await this.#group(statement.body, statement.children);
      case "try":
        return await this.#try(statement.body, statement.cleanUp);
      case "both":
        await Promise.allSettled([this.#branch(statement.left), this.#branch(statement.right)]);
        return undefined;
      case "race":
        // Whichever loses goes on without anybody awaiting it.
        return await Promise.race([this.#branch(statement.left), this.#branch(statement.right)]);
    }
  }

  /** In a scope of its own, because scopes entered by hand belong to the code of one frame. */
  async #branch(statements: Program): Promise<void> {
    await new CancelScope().run(() => this.run(statements));
  }

  #makeScope({ timeout: limit, shield }: { timeout: number | null; shield: boolean }): CancelScope {
    const scope = new CancelScope({ timeout: limit, shield, name: `scope ${this.#scopes.length}` });
    this.#scopes.push(scope);
    return scope;
  }

  async #guard(scope: CancelScope, inside: () => Promise<unknown>): Promise<void> {
    try {
      await inside();
    } catch (error) {
      this.#checkOwn(error, scope.name);
      throw error;
    }
  }

  /** A scope lets its own cancellation out only where everything is cancelled as well. */
  #checkOwn(error: unknown, name: string | undefined): void {
    const isOwn = leafErrors(error).some((leaf) => isCancelled(leaf) && leaf.scopeName === name);
    if (isOwn && !this.#isStopped()) this.violations.push(`${String(name)} let its own cancellation out`);
  }

  #isStopped(): boolean {
    return currentTask().hasPendingCancellation() || this.#finished.has(currentTask());
  }

  async #enter(scope: CancelScope, body: Program): Promise<void> {
    try {
      scope.enter();
      try {
        await this.run(body);
      } finally {
        scope.exit();
      }
    } catch (error) {
      // An entered scope does not catch its cancellation; here the program does, as run() would.
      if (!isCancelled(error) || !scope.cancelCalled) throw error;
      if (this.#isStopped()) await checkpoint();
    }
  }

  /** Never more inside than the thing admits. */
  async #hold(of: Lock | Semaphore, most: number, hold: Hold | undefined, body: Program): Promise<void> {
    if (hold === undefined) return;
    using _hold = hold;
    const inside = (this.#inside.get(of) ?? 0) + 1;
    this.#inside.set(of, inside);
    if (inside > most) this.violations.push(`${inside} are inside where ${most} may be`);
    try {
      await this.run(body);
    } finally {
      this.#inside.set(of, (this.#inside.get(of) ?? 0) - 1);
    }
  }

  async #group(body: Program, children: readonly Child[]): Promise<void> {
    let running = 0;
    const name = `group ${this.#scopes.length}`;
    const scopes: CancelScope[] = [];
    const counted = async (fn: () => Promise<void>): Promise<void> => {
      running += 1;
      try {
        await fn();
      } finally {
        running -= 1;
      }
    };
    try {
      await taskGroup(
        async (group) => {
          scopes.push(group.scope);
          this.#scopes.push(group.scope);
          for (const child of children) await this.#startChild(group, child, counted);
          await this.run(body);
        },
        { name },
      );
    } catch (error) {
      this.#checkOwn(error, name);
      throw error;
    } finally {
      if (running > 0) this.violations.push(`${running} tasks outlived ${name}`);
    }
  }

  async #startChild(
    group: TaskGroup,
    { preparation, body }: Child,
    counted: (fn: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    if (preparation === undefined) {
      this.#handles.push(group.startSoon(() => counted(() => this.run(body))));
      return;
    }
    const handle = group.startHandle<void>((status) =>
      counted(async () => {
        if (preparation !== null) {
          await this.run(preparation);
          status.started();
        }
        await this.run(body);
      }),
    );
    this.#handles.push(handle);
    await handle.started;
  }

  async #try(body: Program, cleanUp: Program): Promise<void> {
    try {
      await this.run(body);
    } catch (error) {
      if (isCancelled(error)) throw error;
    } finally {
      await shielded(() => moveOnAfter(50, () => this.run(cleanUp)));
    }
  }
}

function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % Math.max(1, from.length)];
}
