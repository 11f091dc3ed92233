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
import type { Task } from "../internal/task.ts";

/**
 * What a chain has to do with its parent: called by it; begun by a timer or the like, which it or something that it called
 * had set; begun by an event that it or something that it called emitted, whoever listens.
 */
type Link = "call" | "timer" | "event";

/** A call chain, as far as it is known. */
export interface CallChain {
  readonly kind: "call" | "task" | "given";
  /** The chain that made the call; absent where that is unknown. */
  parent: CallChain | undefined;
  /** How many chains are above it, the forgotten ones among them. */
  readonly depth: number;
  readonly link: Link;
  readonly name: string;
  /** Of two calls of one function it is the same. */
  readonly origin: unknown;
  /** When it began, and when it ended: steps of one count. `Infinity` while it runs. */
  readonly began: number;
  ended: number;
  /** Its number in reports; 0 until it stands in one. */
  number: number;
}

/** A frame of the stack, of which only these are read. */
interface Site {
  getFileName(): string | null | undefined;
  getFunctionName(): string | null;
  getLineNumber(): number | null;
  getEnclosingLineNumber(): number | null;
  getEnclosingColumnNumber(): number | null;
  isAsync(): boolean;
}

type Callable = (...args: never) => unknown;

/** How far down the stack the caller of a function is looked for. */
const searched = 24;
/** A call knows at least so many above it; what calls itself for ever must not keep all. */
const remembered = 1_000;
/** Deep enough for the async frames of a test in its runner. */
const stackLength = 30;
/** Listeners run inside whoever emits, and say nothing of who does what they do. */
const dispatchers = new Set(["node:events", "node:internal/event_target"]);

/** What timers and sockets carry: the chain in which they were made, or one that called it. */
const inherited = createStorage<CallChain>("holdfast.call-chain");
/** The chain of an async call, by the promise that the call gave. */
const calls = new WeakMap<object, CallChain>();
/** The chain that goes on in a reaction, by the promise of the reaction. */
const continuations = new WeakMap<object, CallChain>();
const tasks = new WeakMap<Task, CallChain>();
/** Stands above the chains whose callers are no longer kept. */
const forgotten: CallChain = givenCallChain("forgotten");

let isWatching = false;
let clock = 0;
let lastNumber = 0;
/** The chain whose reaction the running job is. */
let base: CallChain | undefined;
/** The call that a timer or an event of the platform began, while it has not suspended, and what was carried before it. */
let entered: { readonly chain: CallChain; readonly previous: CallChain | undefined } | undefined;
/** The calls that the running job has begun and that have not suspended, innermost last; some may have returned. */
const begun: CallChain[] = [];

/** Follows all async calls of the process from now on, each of which then costs some ten microseconds more. */
export function followCallChains(): void {
  if (isWatching) return;
  isWatching = true;
  watchPromises({ init, before, after, settled });
}

/** The chain of the code that called `above`: that of its task, or else its async call. */
export function currentCallChain(above: Callable): CallChain | undefined {
  const task = frames.getStore()?.task;
  if (task !== undefined) return chainOfTask(task);
  const { chain, link } = runningIn(callSites(above, searched), 0);
  return link === "call" ? chain : undefined;
}

/** A chain that the user tells apart; two of one identity are the same chain. */
export function givenCallChain(identity: unknown): CallChain {
  return {
    kind: "given",
    parent: undefined,
    depth: 0,
    link: "call",
    name: String(identity),
    origin: identity,
    began: 0,
    ended: Infinity,
    number: 0,
  };
}

/**
 * Whether it is certain that a closer is another chain than the opener: neither made the other's call, and the closer
 * began while the opener ran. A call that follows one that has ended may close what that one opened.
 */
export function isOtherChain(closer: CallChain | undefined, opener: CallChain | undefined): boolean {
  if (closer === undefined || opener === undefined || closer.kind !== opener.kind) return false;
  if (closer.kind === "given") return !Object.is(closer.origin, opener.origin);
  const [closing, opening] = branches(closer, opener);
  if (opening === undefined || opening === forgotten || closing === forgotten) return false;
  if (opening.parent === forgotten) return false;
  if (opening.ended < (closing?.began ?? clock + 1)) return false;
  if (hasEventBelow(closer, closing) || hasEventBelow(opener, opening)) return false;
  if (opening.link === "call" && (closing === undefined || closing.link === "call")) return true;
  // One of them may have set the other's timer, or be its listener. Two calls of one function are not.
  return (
    closing !== undefined && opening.link !== "call" && closing.link !== "call" && closing.origin === opening.origin
  );
}

/** Whether an event stands between a chain and the top of its branch, so that it may belong to quite another. */
function hasEventBelow(chain: CallChain, top: CallChain | undefined): boolean {
  let link: CallChain | undefined = chain;
  for (; link !== undefined && link !== top; link = link.parent) if (link.link === "event") return true;
  return false;
}

/** What reports call two chains: where their calls part, or themselves where one made the other's. */
export function chainLabels(first: CallChain | undefined, second: CallChain | undefined): [string, string] {
  if (first === undefined || second === undefined) return [labelOf(first), labelOf(second)];
  const [left, right] = branches(first, second);
  return [labelOf(left ?? first), labelOf(right ?? second)];
}

/** The stack of the code that called `above`, a line a frame. */
export function stackAbove(above: Callable): () => string {
  const holder = { stack: "" };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.max(limit, stackLength);
  Error.captureStackTrace(holder, above);
  Error.stackTraceLimit = limit;
  // The text is made when it is first read.
  return () => holder.stack.slice(holder.stack.indexOf("\n") + 1);
}

function labelOf(chain: CallChain | undefined): string {
  if (chain === undefined) return "an unknown call chain";
  if (chain.kind === "task") return `task "${chain.name}"`;
  if (chain.kind === "given") return `call chain "${chain.name}"`;
  if (chain.number === 0) chain.number = ++lastNumber;
  return `call chain ${chain.number} (${chain.name})`;
}

/** The ancestors of two chains just below the one that they share; undefined for a chain that is the other's ancestor. */
function branches(
  first: CallChain,
  second: CallChain,
): readonly [first: CallChain | undefined, second: CallChain | undefined] {
  const line = new Set<CallChain>();
  for (let chain: CallChain | undefined = first; chain !== undefined; chain = chain.parent) line.add(chain);
  let right: CallChain | undefined;
  let shared: CallChain | undefined = second;
  for (; shared !== undefined && !line.has(shared); shared = shared.parent) right = shared;
  let left: CallChain | undefined;
  for (let chain: CallChain | undefined = first; chain !== shared && chain !== undefined; chain = chain.parent) {
    left = chain;
  }
  return [left, right];
}

function chainOfTask(task: Task): CallChain {
  const known = tasks.get(task);
  if (known !== undefined) return known;
  const parent = task.parent === undefined ? undefined : chainOfTask(task.parent.task);
  // Seen for the first time now: it may have begun earlier, so that what is concurrent can be taken for a sequence only.
  const chain = newChain("task", parent, "call", task.info.name, task);
  tasks.set(task, chain);
  if (task.isDone) chain.ended = chain.began;
  else task.onDone(() => (chain.ended = ++clock));
  return chain;
}

function newChain(
  kind: CallChain["kind"],
  parent: CallChain | undefined,
  link: Link,
  name: string,
  origin: unknown,
): CallChain {
  const depth = parent === undefined ? 0 : parent.depth + 1;
  const chain: CallChain = {
    kind,
    parent,
    depth,
    link,
    name,
    origin,
    began: ++clock,
    ended: Infinity,
    number: 0,
  };
  if (depth > 0 && depth % remembered === 0) forgetAbove(chain);
  return chain;
}

function forgetAbove(chain: CallChain): void {
  let last = chain;
  for (let step = 0; step < remembered && last.parent !== undefined; step++) last = last.parent;
  if (last !== forgotten) last.parent = forgotten;
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
  chain.ended = ++clock;
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

/** Where the text of the function begins: the same for all calls of it. */
function keyOf(site: Site): string {
  return `${String(site.getFileName())}:${site.getEnclosingLineNumber()}:${site.getEnclosingColumnNumber()}`;
}

function placeOf(site: Site): string {
  return `${String(site.getFileName()).split("/").at(-1)}:${site.getLineNumber()}`;
}

function callSites(above: Callable, limit: number): readonly Site[] {
  const format: typeof Error.prepareStackTrace = Reflect.get(Error, "prepareStackTrace");
  const usual = Error.stackTraceLimit;
  const holder: { stack?: unknown } = {};
  Error.stackTraceLimit = limit;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.captureStackTrace(holder, above);
  const { stack } = holder;
  Error.stackTraceLimit = usual;
  Error.prepareStackTrace = format;
  return Array.isArray(stack) ? (stack as Site[]) : [];
}
