/**
 * What Holdfast promises, each promise under an id that a test claims with {@link covers}.
 *
 * Data only. docs/semantics.md is generated from it (`npm run docs`), and the architecture tests fail on an id that no test
 * claims and on a claimed id that is not here. An id is never given to another promise: a promise that falls away leaves
 * a gap.
 *
 * @module
 */

/** A heading of docs/semantics.md: the letters that its ids begin with, and the words its promises use. */
export interface Area {
  readonly title: string;
  readonly terms: string;
}

/** The areas, in the order in which each can be read with nothing but those above it. */
export const areas = {
  TK: {
    title: "Tasks",
    terms:
      "A **task** is a call of an async function that the library knows by name, id and parent. `run(fn)` starts a **root task**, " +
      "one without a parent. A **cancel point** is an await of the library at which a cancelled task is stopped; an await of " +
      "anything else is none. A **checkpoint** is a cancel point that also lets other tasks go on.",
  },
  CS: {
    title: "Cancel scopes",
    terms:
      "A **cancel scope** is a region of a task that can be stopped from outside: `scope.run(fn)` enters it, runs `fn` in it " +
      "and leaves it. **Cancelling** a scope makes every cancel point inside it, in whatever task, throw a `CancelledError`. " +
      "The scope **catches** its own cancellation: outside it, nothing was thrown.",
  },
  DL: {
    title: "Deadlines",
    terms:
      "A **deadline** is a moment on the clock of the **runtime**, the part that drives the tasks; a **delay** is the " +
      "milliseconds until one. A scope is cancelled when its deadline passes.",
  },
  SH: {
    title: "Shields",
    terms: "A **shielded** scope does not feel the cancellation of the scopes around it.",
  },
  TG: {
    title: "Task groups",
    terms:
      "A **task group** is a cancel scope that starts tasks, its **children**, and is left when the last of them has ended. " +
      "`group.startSoon(fn)` returns the child's **handle**, which can be awaited. The function given to `taskGroup` is the " +
      "**body**. The failures of a group are thrown as one **exception group**: an `AggregateError` whose `errors` are the " +
      "failures; a failure that is not itself a group is a **leaf**.",
  },
  GA: {
    title: "Gather",
    terms: "`gather([...])` runs several functions as the children of one task group and collects their results.",
  },
  CE: {
    title: "Explicit enter and exit",
    terms:
      "`scope.enter()` and `scope.exit()` hold a scope open across functions. The **host** of a scope is the task that entered " +
      "it; a task's **current** scope is the one it entered last and has not left. An **instrument** is an observer of tasks " +
      "and scopes, given to `run()`.",
  },
  EV: {
    title: "Events",
    terms: "An **event** is a flag that is set once and wakes all who wait for it.",
  },
  OW: {
    title: "Owners",
    terms:
      "An **owner** is a task of its own that opens a resource, **publishes** it, parks, and closes it. Each life of the " +
      "resource is a **generation**. A **lease** is one borrower's right to use one generation. The **ledger**, which " +
      "`statistics()` gives, counts the leases and waiters and keeps the failures.",
  },
  RT: {
    title: "Runtimes",
    terms:
      "Timers, clock and random numbers come from the runtime alone. The **system runtime** uses the machine's; the " +
      "**virtual runtime** has a clock that moves only when every task waits; of the steps that are ready it takes the one that has been " +
      "ready longest, or the one that the test chooses.",
  },
  CX: {
    title: "Context",
    terms:
      "The **context** is what a piece of code is running in: its task and the scopes round it. It follows the code through " +
      "awaits.",
  },
  U: {
    title: "Promises without await",
    terms:
      "JavaScript starts an async function at the call, awaited or not; these hold for calls that are not awaited.",
  },
  MN: {
    title: "The miniature",
    terms:
      "The **incident** is the failure that Holdfast was made for: one connection shared by concurrent calls, and closed by " +
      "another call than opened it. `examples/miniature.ts` retells it without model, protocol or network, with four calls. The " +
      "**counted connection** is opened by the call that finds the count at zero and closed by the one that brings it back; " +
      "the **owned connection** has an owner.",
  },
} as const satisfies Record<string, Area>;

/** The promises by id. An id is its area's letters and a number. */
export const requirements = {
  "TK-1": "`run()` settles as its function does, once every task started inside it has ended",
  "TK-2": "when the signal given to `run()` aborts, the root task is cancelled with the signal's reason",
  "TK-3": "`currentTask()` names the same task before and after an await, and a child's `parentId` is its parent's id",
  "TK-4": "`currentTask()` and `enter()` outside a task throw `NO_TASK`",
  "TK-5":
    "a callback form, such as `taskGroup` or `scope.run`, starts an implicit root task when it is called outside a task",
  "TK-6": "a wait in code that goes on after its task has ended throws `TASK_FINISHED`",

  "CS-1": "a scope that stopped its function resolves with `undefined`, and `cancelledCaught` is true",
  "CS-2":
    "a cancelled scope that met no cancel point resolves with its function's value, and `cancelledCaught` is false",
  "CS-3": "every cancel point in a cancelled scope throws, not only the first",
  "CS-4": "the first `cancel()` gives the reason, and a later one changes nothing",
  "CS-5": "a scope cancelled before it is entered stops its function at the first cancel point",
  "CS-6":
    "cancelling an inner scope leaves the outer one running; cancelling the outer one passes through the inner one",
  "CS-7": "a `CancelledError` carries the reason and the name of the scope that was cancelled",
  "CS-8": "an error of the function leaves the scope as it is, whether or not the scope was cancelled",
  "CS-9": "a second use of a scope throws `SCOPE_USED`",
  "CS-10":
    "`withSignal` gives its function a signal that aborts when the scope it is called in is cancelled, and then throws the cancellation",
  "CS-11": "`cancellable` stops waiting for a promise when its scope is cancelled, and keeps nothing for it",

  "DL-1": "a timeout counts from the entry of the scope, not from its construction",
  "DL-2":
    "when the deadline stopped the function, `failAfter` throws a `TimeoutError` and `moveOnAfter` resolves with `undefined`",
  "DL-3":
    "`failAfter` throws no `TimeoutError` when the scope was cancelled by hand, even if its deadline has passed since",
  "DL-4": "a delay of zero stops the function at its first cancel point, and a delay of `null` never does",
  "DL-5": "a deadline moved while its scope is open takes effect at the new moment",
  "DL-6": "a scope that is left before its deadline leaves no timer behind",
  "DL-7": "a loop of nothing but checkpoints does not keep a deadline from passing",

  "SH-1": "inside a shield no cancel point throws for a cancelled outer scope, and the first one after it does",
  "SH-2": "a shielded scope is stopped by its own cancellation",
  "SH-3": "lifting a shield under a cancelled scope makes the next cancel point throw",

  "TG-1": "a task group resolves with its body's value once every child has ended",
  "TG-2": "a child or body that fails cancels all the others, and the group ends when they have",
  "TG-3": "failures are thrown as one exception group even when there is only one, the body's first",
  "TG-4": "the message of an exception group quotes that of its first leaf",
  "TG-5": "`startSoon` returns before the child's function is called",
  "TG-6": "`startSoon` on a group that has ended throws `TASK_GROUP_CLOSED`",
  "TG-7": "a child runs in the group's scope, whatever scope `startSoon` was called in",
  "TG-8": "awaiting a handle gives the child's value, or throws `TASK_FAILED` with the child's error as `cause`",
  "TG-9": "cancelling a handle stops that child only, and is no failure of the group",
  "TG-10": "the failure of a child that nobody awaits is in the exception group and never an unhandled rejection",
  "TG-11": "a group that was only cancelled from outside throws one bare `CancelledError`, never an exception group",
  "TG-12": "a child's failure that the body also met through the handle is listed once",
  "TG-13": "a `CancelledError` that no cancelled scope accounts for is a failure like any other",
  "TG-14": "a group without children yields once, and is no cancel point",

  "GA-1":
    "`gather` runs each function in a child task of its own and resolves with the results in the order of the functions",
  "GA-2":
    "when one function of a `gather` fails the others are cancelled, and one exception group is thrown when all have ended",

  "CE-1":
    "`exit()` in another task than the host throws `Attempted to exit cancel scope in a different task than it was entered in`, code `SCOPE_WRONG_TASK`",
  "CE-2":
    "`exit()` of a scope that is not current throws `Attempted to exit a cancel scope that isn't the current task's current cancel scope`, code `SCOPE_NOT_CURRENT`",
  "CE-3": "an `exit()` that is wrong in both ways throws `SCOPE_WRONG_TASK`",
  "CE-4": "an `exit()` that throws changes nothing: the right exits still succeed afterwards",
  "CE-5": "the host may exit in another function than it entered in, with or without an await before the entry",
  "CE-6": "a callback scope that ends while a scope entered inside it is still open throws `SCOPE_NOT_CURRENT`",
  "CE-7": "`exit()` of a scope that was never entered, or was left already, throws `SCOPE_NOT_ACTIVE`",
  "CE-8": "a task that ends with an entered scope open does not fail; its instruments are told",
  "CE-9":
    "the cancellation and the deadline of an entered scope reach the later waits of its task, and `exit()` catches neither",

  "EV-1": "`set()` wakes every waiter, and a wait on a set event returns",
  "EV-2": "a cancelled waiter leaves no trace",
  "EV-3": "`wait()` is a cancel point even when the event is set",
  "EV-4": "a waiter whose event is set before its scope is cancelled wakes normally",

  "OW-1": "the resource is opened and closed by the owner's task, whoever borrows first or returns last",
  "OW-2": "leases asked for at once share one opening, wait until the resource is published, and are out side by side",
  "OW-3": "`release()` is synchronous, and a second one changes nothing",
  "OW-4": "a failure before publication goes to all who wait for a lease, and never to an unhandled rejection",
  "OW-5": "publishing twice in one generation, or returning without publishing, throws `OWNER_CONTRACT`",
  "OW-6": "disposal waits until the resource is closed, also when the disposing task is cancelled",
  "OW-7": "a failing close stands in the ledger and is not thrown",
  "OW-8": "when a generation is lost its leases settle, and the next lease is of a new generation",
  "OW-9": "an owner inherits no scope: cancelling the task that made it, or one that borrows, stops that task only",
  "OW-10": "a close that takes too long is cancelled, and given up and counted when it does not end even then",
  "OW-11": "after the close the ledger counts no lease and no waiter",
  "OW-12":
    "a borrower that is cancelled while it waits, or whose signal aborts, leaves the queue, and the opening goes on for the others",
  "OW-13":
    "`drain()` refuses new leases and waits for those that are out before it closes; those still out after its timeout are lost",
  "OW-14": "leasing from another runtime than the open resource lives on throws `RUNTIME_MISMATCH`",
  "OW-15": "a value that is dead when it is published fails the opening, and is not lent",

  "RT-1":
    "under the virtual runtime the clock moves only when every task waits, so that an hour's sleep takes no real time",
  "RT-2":
    "under the virtual runtime the same program takes the same steps in the same order, and the same seed gives the same random numbers",
  "RT-3":
    "under the virtual runtime a run in which every task waits and nothing can wake one throws `RUNTIME_DEADLOCK`",
  "RT-4": "an event made outside every runtime serves whichever runtime its callers run on",

  "CX-1": "two installed copies of the package see each other's tasks",
  "CX-2": "a callback that fires on a resource an owner opened runs in no borrower's context",

  "U-1": "an async function that is called and not awaited does not change the scope of its caller",
  "U-2": "the calls of one `Promise.all` may each run scopes that end in any order: their scopes are siblings",
  "U-3": "of two waits that are cancelled together, the one that nobody awaits is no unhandled rejection",
  "U-4":
    "what still runs in a scope or task when it is left, because nobody awaited it, is cancelled, and the instruments are told",

  "MN-1": "the counted connection fails with the text of `SCOPE_WRONG_TASK` when its last user is not its first",
  "MN-2":
    "of the 24 orders in which four calls can finish, the counted connection fails in 18 and the owned one in none",
  "MN-3": "the miniature has at most 60 lines and imports only `@holdfast/concurrency`",
} as const satisfies Record<`${keyof typeof areas}-${number}`, string>;

/** The id of a promise. */
export type RequirementId = keyof typeof requirements;
