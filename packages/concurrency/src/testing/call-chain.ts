/**
 * Call chains: identities for code that has no tasks, who called whom, and which two are certain to be apart.
 *
 * @module
 */

/**
 * What a chain has to do with its parent: called by it; begun by a timer or the like, which it or something that it called
 * had set; begun by an event that it or something that it called emitted, whoever listens.
 */
export type Link = "call" | "timer" | "event";

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

/** A call knows at least so many above it; what calls itself for ever must not keep all. */
const remembered = 1_000;
/** Stands above the chains whose callers are no longer kept. */
const forgotten: CallChain = givenCallChain("forgotten");

/** Counts the beginnings and ends of chains, so that it can be said what came first. */
let clock = 0;
let lastNumber = 0;
/** Which of the chains that had begun by then have ended since, nobody saw. */
let unseenSince = 0;

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
 * began while the opener ran. A call that follows one that has ended may close what that one opened; and who called the
 * opener may have been told by it that it is done, though it goes on with something else. A task that began another may not.
 */
export function isOtherChain(closer: CallChain | undefined, opener: CallChain | undefined): boolean {
  if (closer === undefined || opener === undefined || closer.kind !== opener.kind) return false;
  if (closer.kind === "given") return !Object.is(closer.origin, opener.origin);
  const [closing, opening] = branches(closer, opener);
  if (opening === undefined || opening === forgotten || closing === forgotten) return false;
  if (opening.parent === forgotten || opening.began <= unseenSince) return false;
  if (closing === undefined && closer.kind !== "task") return false;
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

/** Begins a chain. */
export function newChain(
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

export function endChain(chain: CallChain): void {
  chain.ended = ++clock;
}

/** Nobody follows the chains from now on: of those that have begun it will never be certain that they run. */
export function forgetEnds(): void {
  unseenSince = clock;
}

function forgetAbove(chain: CallChain): void {
  let last = chain;
  for (let step = 0; step < remembered && last.parent !== undefined; step++) last = last.parent;
  if (last !== forgotten) last.parent = forgotten;
}
