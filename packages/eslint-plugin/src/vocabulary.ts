/**
 * What the rules know of the library without its types: which calls give something to await, and what a cancellation
 * does to that await. A test holds the table to the sources of `@holdfast/concurrency`.
 *
 * @module
 */

/** The package that the rules are about. */
export const libraryName = "@holdfast/concurrency";

/** A class or interface of the library, by its exported name. */
export type Kind = string;

/** A call of the library. */
export interface LibraryCall {
  /** A promise, or what is no promise. */
  readonly gives: "promise" | "value";
  /** Whether the cancellation of an enclosing scope comes out of its await. */
  readonly isCancelPoint: boolean;
  /** What it gives, when that is no promise. */
  readonly result?: Kind;
  /** Whether what comes of it is open until it is disposed of, by the task that opened it. */
  readonly isHeld?: boolean;
  /** Whether what comes of it does nothing until a `using` declares it. */
  readonly isEnteredByUsing?: boolean;
  /** The function that it runs inside a task. */
  readonly callback?: Callback;
}

/** A function that the library runs. */
export interface Callback {
  /** Which argument it is. */
  readonly index: number;
  /** What its first parameter is. */
  readonly gets?: Kind;
  /** Whether cancellation from outside is kept out of it. */
  readonly isShielded?: boolean;
}

const value: LibraryCall = { gives: "value", isCancelPoint: false };
const wait: LibraryCall = { gives: "promise", isCancelPoint: true };
const shieldedWait: LibraryCall = { gives: "promise", isCancelPoint: false };
const opened: LibraryCall = { ...shieldedWait, isHeld: true, isEnteredByUsing: true };
const limited: LibraryCall = { ...wait, callback: { index: 1, gets: "CancelScope" } };
const runs: LibraryCall = { ...wait, callback: { index: 0 } };

/** The functions that the package exports. */
export const functions: Readonly<Record<string, LibraryCall>> = {
  cancelShieldedCheckpoint: shieldedWait,
  cancellable: wait,
  checkpoint: wait,
  checkpointIfCancelled: wait,
  failAfter: limited,
  failAt: limited,
  gather: wait,
  moveOnAfter: limited,
  moveOnAt: limited,
  openDeadline: opened,
  openMemoryChannel: { ...value, result: "MemoryChannel" },
  openShield: opened,
  // A root task: no scope around it reaches it.
  run: { ...shieldedWait, callback: { index: 0 } },
  shielded: { ...shieldedWait, callback: { index: 0, gets: "CancelScope", isShielded: true } },
  sleep: wait,
  sleepForever: wait,
  sleepUntil: wait,
  taskGroup: { ...wait, callback: { index: 0, gets: "TaskGroup" } },
  waitForEvent: wait,
  withSignal: runs,
};

const locked: Readonly<Record<string, LibraryCall>> = {
  acquire: { ...wait, isHeld: true },
  acquireNoWait: { ...value, isHeld: true },
  withLock: runs,
};

/** The methods of its classes and interfaces. */
export const methods: Readonly<Record<Kind, Readonly<Record<string, LibraryCall>>>> = {
  CancelScope: {
    enter: { ...value, result: "CancelScope" },
    run: { ...wait, callback: { index: 0, gets: "CancelScope" } },
  },
  CapacityLimiter: { acquire: wait, acquireOnBehalfOf: wait },
  Condition: { ...locked, wait, waitFor: wait },
  Event: { wait },
  Lock: locked,
  MemoryChannel: {},
  Owner: {
    close: shieldedWait,
    drain: wait,
    lease: wait,
    open: wait,
    withLease: runs,
  },
  OwnerContext: { publish: wait },
  ReceiveChannel: { clone: { ...value, result: "ReceiveChannel" }, receive: wait },
  Semaphore: { acquire: wait },
  SendChannel: { clone: { ...value, result: "SendChannel" }, send: wait },
  StartedTask: { wait },
  TaskGroup: {
    start: runs,
    startHandle: { ...value, result: "StartedTask", callback: { index: 0 } },
    startSoon: { ...value, result: "TaskHandle", callback: { index: 0 } },
  },
  TaskHandle: { wait },
  TaskLocal: { run: { ...wait, callback: { index: 1 } } },
};

/** The kinds whose values are themselves awaited. */
export const handles: ReadonlySet<Kind | undefined> = new Set(["StartedTask", "TaskHandle"]);

/** The properties that are themselves something of the library. */
export const properties: Readonly<Record<Kind, Readonly<Record<string, Kind>>>> = {
  MemoryChannel: { receive: "ReceiveChannel", send: "SendChannel" },
  TaskGroup: { scope: "CancelScope" },
};

/** The constructors that take a function which the library runs. */
export const constructors: Readonly<Record<Kind, Callback>> = {
  Owner: { index: 0, gets: "OwnerContext" },
};
