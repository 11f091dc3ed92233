/**
 * Which call chain runs: an identity for code that has no tasks.
 *
 * A chain is one call of an async function, a child of the call that made it. No hook of the platform says which call
 * runs, but two facts together do: the promise hooks tell of each promise that a call begins with, suspends on and ends
 * with, and the stack at that moment tells whose it is. Where neither is certain the chain is unknown (`undefined`),
 * because a wrong one would accuse correct code.
 *
 * @module
 */
import { createStorage, storage as frames, watchPromises } from "../context.ts";
import { EndWatch } from "../internal/end-watch.ts";
import type { Task } from "../internal/task.ts";
import { type CallChain, endChain, forgetEnds, type Link, newChain } from "./call-chain.ts";
import { type Callable, callSites, keyOf, placeOf, type Site } from "./call-sites.ts";

/** How far down the stack the caller of a function is looked for. */
const searched = 24;
/** Listeners run inside whoever emits, and say nothing of who does what they do. */
const dispatchers = new Set(["node:events", "node:internal/event_target"]);

/** What timers and sockets carry: the chain in which they were made, or one that called it. */
const inherited = createStorage<CallChain>("holdfast.call-chain");
/** The chain of an async call, by the promise that the call gave. */
const calls = new WeakMap<object, CallChain>();
/** The chain that goes on in a reaction, by the promise of the reaction. */
const continuations = new WeakMap<object, CallChain>();
const tasks = new WeakMap<Task, CallChain>();

let stopWatching: (() => void) | undefined;
/** The chain whose reaction the running job is. */
let base: CallChain | undefined;
/** The call that a timer or an event of the platform began, while it has not suspended, and what was carried before it. */
let entered: { readonly chain: CallChain; readonly previous: CallChain | undefined } | undefined;
/** The calls that the running job has begun and that have not suspended, innermost last; some may have returned. */
const begun: CallChain[] = [];

/** Follows all async calls of the process from now on, each of which then costs some ten microseconds more. */
export function followCallChains(): void {
  stopWatching ??= watchPromises({ init, before, after, settled });
}

/** Follows none any more. When it begins anew, what has happened meanwhile is not known. */
export function leaveCallChains(): void {
  stopWatching?.();
  stopWatching = undefined;
  after();
  entered = undefined;
  forgetEnds();
}

/** The chain of the code that called `above`: that of its task, or else its async call. */
export function currentCallChain(above: Callable): CallChain | undefined {
  const task = frames.getStore()?.task;
  if (task !== undefined) return chainOfTask(task);
  const { chain, link } = runningIn(callSites(above, searched), 0);
  return link === "call" ? chain : undefined;
}

function chainOfTask(task: Task): CallChain {
  const known = tasks.get(task);
  if (known !== undefined) return known;
  const parent = task.parent === undefined ? undefined : chainOfTask(task.parent.task);
  // Seen for the first time now: it may have begun earlier, so that what is concurrent can be taken for a sequence only.
  const chain = newChain("task", parent, "call", task.info.name, task);
  tasks.set(task, chain);
  if (task.isDone) chain.ended = chain.began;
  else new EndWatch(() => endChain(chain)).start(task);
  return chain;
}

/** A promise is made. An async function makes one when it is called, with no parent, and one when it awaits. */
function init(promise: object, parent: object | undefined): void {
  const sites = callSites(init, searched);
  const [top] = sites;
  if (top === undefined) return;
  // `new Promise`, `then` and the like stand on the stack as a frame without a file; `await` and the call itself do not.
  const isOwn = Boolean(top.getFileName());
  if (parent === undefined) {
    if (isOwn) begin(promise, top, sites);
    return;
  }
  const { chain, link } = runningIn(sites, isOwn ? 0 : 1);
  if (chain === undefined || link !== "call") return;
  if (isOwn) {
    // Awaiting a plain value makes a promise of the value first, whose parent is the call itself.
    if (calls.get(parent) === chain) return;
    if (chain.origin === keyOf(top)) leave(chain);
  }
  continuations.set(promise, chain);
}

function begin(promise: object, top: Site, sites: readonly Site[]): void {
  const { chain: caller, link } = runningIn(sites, 1);
  const store = inherited.getStore();
  const carried = entered !== undefined && entered.chain === store ? entered.previous : store;
  const name = top.getFunctionName() ?? placeOf(top);
  const chain = newChain("call", caller ?? carried, link, name, keyOf(top));
  calls.set(promise, chain);
  begun.push(chain);
  if (caller !== undefined) return;
  // Until it suspends: its timers are its own, and those of whatever the platform calls next are not.
  entered = { chain, previous: carried };
  inherited.enterWith(chain);
}

/** A call has suspended, or ended. */
function leave(chain: CallChain): void {
  const index = begun.lastIndexOf(chain);
  if (index >= 0) begun.length = index;
  if (entered?.chain !== chain) return;
  inherited.enterWith(entered.previous);
  entered = undefined;
}

function before(promise: object): void {
  begun.length = 0;
  entered = undefined;
  base = continuations.get(promise);
  // A reaction has its job to itself: what it carries reaches what it calls, and neither its caller nor its siblings.
  if (base !== undefined) inherited.enterWith(base);
}

function after(): void {
  begun.length = 0;
  base = undefined;
}

function settled(promise: object): void {
  const chain = calls.get(promise);
  if (chain === undefined) return;
  endChain(chain);
  leave(chain);
}

/**
 * The innermost call that a stack shows to be running. What lies above it in `begun` has returned without a word: an
 * async function that gives a promise without awaiting one does.
 */
function runningIn(
  sites: readonly Site[],
  start: number,
): { readonly chain: CallChain | undefined; readonly link: Link } {
  let link: Link = "call";
  for (const site of sites.slice(start)) {
    if (site.isAsync()) break;
    const file = site.getFileName();
    if (!file) continue;
    if (dispatchers.has(file)) link = "event";
    const key = keyOf(site);
    if (base?.origin === key && sites.filter((other) => !other.isAsync() && keyOf(other) === key).length === 1) {
      begun.length = 0;
      return { chain: base, link };
    }
    const index = begun.findLastIndex((chain) => chain.origin === key);
    if (index < 0) continue;
    begun.length = index + 1;
    return { chain: begun[index], link };
  }
  const isKnown = base !== undefined && sites.length < searched;
  return { chain: base, link: isKnown || link === "event" ? link : "timer" };
}
