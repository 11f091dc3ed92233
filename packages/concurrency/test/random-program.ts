/**
 * Random structured programs for the property tests, and an interpreter that checks, while it runs one, what must hold
 * at the end of every scope and group.
 *
 * @module
 */
import * as fc from "fast-check";
import {
  CancelScope,
  cancelShieldedCheckpoint,
  checkpoint,
  currentTask,
  Event,
  type Instrument,
  isCancelled,
  leafErrors,
  moveOnAfter,
  run,
  shielded,
  sleep,
  taskGroup,
  type TaskHandle,
  type TaskInfo,
} from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { drained } from "./virtually.ts";

/** One statement of a program; a number `at` picks one of the scopes, events or tasks made so far. */
export type Statement =
  | { readonly do: "sleep"; readonly delay: number }
  | { readonly do: "checkpoint" | "yield" | "fail" }
  | { readonly do: "wait" | "set" | "cancel scope" | "cancel task" | "join" | "await task"; readonly at: number }
  | { readonly do: "shield"; readonly at: number; readonly on: boolean }
  | { readonly do: "deadline"; readonly at: number; readonly delay: number }
  | { readonly do: "scope"; readonly timeout: number | null; readonly shield: boolean; readonly body: Program }
  | { readonly do: "enter"; readonly timeout: number | null; readonly shield: boolean; readonly body: Program }
  | { readonly do: "group"; readonly body: Program; readonly children: readonly Program[] }
  | { readonly do: "try"; readonly body: Program; readonly cleanUp: Program }
  | { readonly do: "both" | "race"; readonly left: Program; readonly right: Program };

export type Program = readonly Statement[];

const at = fc.nat(7);
const delay = fc.integer({ min: 0, max: 20 });
const timeout = fc.option(delay);
const depth = { maxDepth: 5, depthIdentifier: "program", depthSize: "max" } as const;

/** Arbitrary programs. */
export const { program } = fc.letrec<{ program: Program; statement: Statement }>((tie) => ({
  program: fc.array(tie("statement"), {
    minLength: 1,
    maxLength: 4,
    size: "max",
    depthIdentifier: depth.depthIdentifier,
  }),
  statement: fc.oneof(
    depth,
    fc.record({ do: fc.constant("sleep" as const), delay }),
    fc.record({ do: fc.constantFrom("checkpoint" as const, "yield" as const) }),
    fc.record({ do: fc.constantFrom("wait" as const, "set" as const, "join" as const, "await task" as const), at }),
    fc.record({ do: fc.constantFrom("cancel scope" as const, "cancel task" as const), at }),
    fc.record({ do: fc.constant("fail" as const) }),
    fc.record({ do: fc.constant("shield" as const), at, on: fc.boolean() }),
    fc.record({ do: fc.constant("deadline" as const), at, delay: fc.integer({ min: -5, max: 20 }) }),
    fc.record({
      do: fc.constantFrom("scope" as const, "enter" as const),
      timeout,
      shield: fc.boolean(),
      body: tie("program"),
    }),
    fc.record({
      do: fc.constant("group" as const),
      body: tie("program"),
      children: fc.array(tie("program"), { minLength: 1, maxLength: 3, depthIdentifier: depth.depthIdentifier }),
    }),
    fc.record({ do: fc.constant("try" as const), body: tie("program"), cleanUp: tie("program") }),
    fc.record({ do: fc.constantFrom("both" as const, "race" as const), left: tie("program"), right: tie("program") }),
  ),
}));

/** The error that a program throws on purpose. */
class PlannedError extends Error {}

/** What a run of a program showed. */
export interface Outcome {
  /** Each step in order, for comparing two runs. */
  readonly trace: readonly string[];
  /** What did not hold; empty when all did. */
  readonly violations: readonly string[];
}

/** Runs a program on a virtual runtime whose order is chosen by a seed. */
export async function execute(statements: Program, seed: number): Promise<Outcome> {
  const runtime: VirtualRuntime = new VirtualRuntime({
    seed,
    choose: (ready) => Math.floor(runtime.random() * ready.length),
  });
  const interpreter = new Interpreter(runtime);
  await run(() => interpreter.run(statements), { runtime, instruments: [interpreter] }).catch((error: unknown) =>
    interpreter.checkLeaves(error),
  );
  // Groups that nobody awaited may still clean up in a shield.
  for (let turn = 0; turn < 100 && runtime.statistics().ready + runtime.statistics().timers > 0; turn++)
    await drained();
  const { waiting, timers } = runtime.statistics();
  if (waiting > 0 || timers > 0) interpreter.violations.push(`left: ${waiting} waits, ${timers} timers`);
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

  constructor(runtime: VirtualRuntime) {
    this.#runtime = runtime;
  }

  async run(statements: Program): Promise<void> {
    for (const statement of statements) {
      this.trace.push(`${this.#runtime.now()} ${currentTask().name} ${statement.do}`);
      await this.#step(statement);
    }
  }

  taskFinished(task: TaskInfo): void {
    this.#finished.add(task);
  }

  /** Nothing leaves the program but what it threw itself, or what awaiting such a task gives. */
  checkLeaves(error: unknown): void {
    for (const leaf of leafErrors(error)) {
      const code = (leaf as { code?: unknown }).code;
      if (leaf instanceof PlannedError || code === "TASK_FAILED" || code === "TASK_WAS_CANCELLED") continue;
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
      if (!isCancelled(error) || !scope.cancelCalled || this.#isStopped()) throw error;
    }
  }

  async #group(body: Program, children: readonly Program[]): Promise<void> {
    let running = 0;
    const name = `group ${this.#scopes.length}`;
    const scopes: CancelScope[] = [];
    const child = async (statements: Program): Promise<void> => {
      try {
        await this.run(statements);
      } finally {
        running -= 1;
      }
    };
    try {
      await taskGroup(
        async (group) => {
          scopes.push(group.scope);
          this.#scopes.push(group.scope);
          for (const statements of children) {
            running += 1;
            this.#handles.push(group.startSoon(() => child(statements)));
          }
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
