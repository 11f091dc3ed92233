/**
 * Named mutants of the core: each breaks one thing that the library is for. `npm run mutants` applies them one by one to a
 * copy and runs the tests named here, which must fail.
 *
 * Data only. A mutant whose `find` is not in its file exactly once is an error: it has to move with the code.
 *
 * @module
 */

/** One way to break the core. */
export interface Mutant {
  /** What is broken, in words. */
  readonly name: string;
  /** A file under packages/concurrency/src/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Which tests must notice: names of files under packages/concurrency/test/, without `.test.ts`. */
  readonly killedBy: readonly string[];
}

export const mutants: readonly Mutant[] = [
  {
    name: "any task may exit a scope",
    file: "cancel-scope.ts",
    find: "if (home?.task !== frame.task) throw",
    replace: "if (false) throw",
    killedBy: ["cancel-scope-explicit"],
  },
  {
    name: "scopes may be exited in any order",
    file: "cancel-scope.ts",
    find: "if (home.top !== frame) throw",
    replace: "if (false) throw",
    killedBy: ["cancel-scope-explicit"],
  },
  {
    name: "a scope catches the cancellation of the scope around it",
    file: "cancel-scope.ts",
    find: "if (frame.isParentCancelled) return",
    replace: "if (false) return",
    killedBy: ["cancel-scope-catching", "cancel-scope"],
  },
  {
    name: "a scope that is overtaken lets its own reason out",
    file: "internal/frame.ts",
    find: "return outer === undefined ? cancellation : outer.error;",
    replace: "return cancellation;",
    killedBy: ["anyio-nesting"],
  },
  {
    name: "a cancellation goes through shields",
    file: "internal/frame.ts",
    find: "const isOpen = child.effective === undefined && !child.shield;",
    replace: "const isOpen = child.effective === undefined;",
    killedBy: ["cancel-scope-shield"],
  },
  {
    name: "a cancellation does not reach inner scopes",
    file: "internal/frame.ts",
    find: "if (isOpen || (through && child.task === root.task)) stack.push(child);",
    replace: "if (isOpen && child.task === root.task) stack.push(child);",
    killedBy: ["task-group", "structure.prop"],
  },
  {
    name: "lifting a shield tells nobody",
    file: "internal/frame.ts",
    find: "if (!this.closed) recompute(this);",
    replace: "",
    killedBy: ["cancel-scope-shield"],
  },
  {
    name: "a cancellation is felt once, not at every cancel point",
    file: "internal/waiter.ts",
    find: "if (frame?.effective !== undefined) throw frame.effective.error;",
    replace: "",
    killedBy: ["cancel-scope", "event"],
  },
  {
    name: "a cancelled wait stays in its queue",
    file: "internal/waiter.ts",
    find: "this.list?.delete(this);",
    replace: "",
    killedBy: ["event", "anyio-lock"],
  },
  {
    name: "a wait that has ended stays in its scope",
    file: "internal/waiter.ts",
    find: "this.#frame?.unlink(this as Waiter<unknown>);",
    replace: "",
    killedBy: ["instrument", "scale"],
  },
  {
    name: "a group does not wait for its tasks",
    file: "task-group.ts",
    find: "while (this.#unfinished > 0) {",
    replace: "while (false) {",
    killedBy: ["task-group"],
  },
  {
    name: "a failing task does not cancel its siblings",
    file: "task-group.ts",
    find: "this.#cancelAll(task.result, task.info.name);",
    replace: "",
    killedBy: ["task-group", "task-group-errors"],
  },
  {
    name: "a cancellation that nobody asked for is taken for one",
    file: "internal/frame.ts",
    find: "return effective !== undefined || isRequestedAround(this, error);",
    replace: "return true;",
    killedBy: ["task-group-errors"],
  },
  {
    name: "a failing body leaves its tasks running",
    file: "task-group.ts",
    find: "this.#cancelAll(error, this.#frame.task.info.name);",
    replace: "",
    killedBy: ["task-group", "task-group-errors"],
  },
  {
    name: "a task that start() began stays with its starter",
    file: "internal/starting.ts",
    find: "this.#task.joinGroup(this.#group, this.#groupFrame);",
    replace: "",
    killedBy: ["anyio-group-start"],
  },
  {
    name: "leaving a scope leaves its deadline armed",
    file: "internal/frame.ts",
    find: "    this.disarm();\n    if (this.firstChild !== undefined",
    replace: "    if (this.firstChild !== undefined",
    killedBy: ["cancel-scope-deadline"],
  },
  {
    name: "what was left running in a scope goes on",
    file: "internal/frame.ts",
    find: 'push(this, new Cancellation("left", "the scope around it has been left", this.name), this.isTask);',
    replace: "",
    killedBy: ["context", "run", "structure.prop"],
  },
  {
    name: "a time-out is told of a scope that was cancelled by hand",
    file: "timeouts.ts",
    find: 'if (scope.cancelledCaught && scope.cancelSource === "deadline") throw',
    replace: "if (scope.cancelledCaught) throw",
    killedBy: ["cancel-scope-deadline"],
  },
  {
    name: "checkpoints never let the event loop turn",
    file: "system-runtime.ts",
    find: "return now - this.#sliceStart < SLICE && now < this.#armedAt ? undefined : this.#nextTurn();",
    replace: "return undefined;",
    killedBy: ["system-runtime", "sleep"],
  },
];
