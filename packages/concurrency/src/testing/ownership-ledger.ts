/**
 * The rules of ownership for one resource: what was opened, used and closed by whom, and what of it is an offence.
 *
 * @module
 */
import { type CallChain, chainLabels, isOtherChain } from "./call-chain.ts";

/** What a report is about. */
export type OwnershipOffence = "closed-by-another" | "used-after-close" | "closed-in-use" | "opened-twice";

/** One call of a tracked method. */
export interface OwnershipAction {
  /** The method, as `connect()`. */
  readonly method: string;
  /** The call chain or task that called it, as `call chain 2 (toolCall)`. */
  readonly chain: string;
  /** The stack of the call, a line a frame. */
  readonly stack: string;
}

/** An offence against the ownership of a tracked resource. */
export interface OwnershipReport {
  readonly kind: OwnershipOffence;
  /** What was attempted, what was found, and what to do instead. */
  readonly message: string;
  /** The class of the resource. */
  readonly resource: string;
  /** The opening that was in force; absent where none was seen. */
  readonly opener?: OwnershipAction;
  /** The closing, in all reports but those of a second opening. */
  readonly closer?: OwnershipAction;
  /** The call that is the offence: the closing, the use, or the second opening. */
  readonly offender: OwnershipAction;
  /** The calls in flight, the oldest first, and no more than sixteen of them; empty in the other reports. */
  readonly calls: readonly OwnershipAction[];
}

/** A call as the ledger sees it. */
export interface TrackedCall {
  readonly method: string;
  readonly chain: CallChain | undefined;
  /** Gives the text of the stack. */
  readonly stack: () => string;
}

/** `unknown` until the first opening or closing, and after one that failed: what follows is then no offence. */
type State = "unknown" | "opening" | "open" | "closing" | "closed";

const maxReports = 100;
const maxCalls = 1_000;
const maxCallsReported = 16;

export class OwnershipLedger {
  readonly resource: string;
  readonly #isLive: () => boolean;
  readonly #onReport: ((report: OwnershipReport) => void) | undefined;
  readonly #reports: OwnershipReport[] = [];
  /** The calls in flight, or the first of them. */
  readonly #calls = new Set<TrackedCall>();
  #inFlight = 0;
  #state: State = "unknown";
  #opener: TrackedCall | undefined;
  #closer: TrackedCall | undefined;
  /** A call has failed since the opening, which may have been lost: opening anew is then no offence. */
  #mayBeLost = false;

  constructor(resource: string, isLive: () => boolean, onReport: ((report: OwnershipReport) => void) | undefined) {
    this.resource = resource;
    this.#isLive = isLive;
    this.#onReport = onReport;
  }

  get reports(): readonly OwnershipReport[] {
    return Object.freeze([...this.#reports]);
  }

  /** Call when it is opened; what it returns, when that has ended. */
  open(call: TrackedCall): (isOk: boolean) => void {
    const wasOpen = this.#state === "opening" || (this.#state === "open" && !this.#mayBeLost && this.#isLive());
    if (wasOpen) this.#reportSecondOpening(call);
    this.#state = "opening";
    this.#opener = call;
    this.#mayBeLost = false;
    return (isOk) => {
      if (this.#opener === call && this.#state === "opening") this.#state = isOk ? "open" : "unknown";
    };
  }

  /** Call when it is closed; what it returns, when that has ended. Closing what is closed changes nothing. */
  close(call: TrackedCall): (isOk: boolean) => void {
    if (this.#state === "closing" || this.#state === "closed") return () => {};
    const isKnown = this.#state !== "unknown";
    if (isKnown && isOtherChain(call.chain, this.#opener?.chain)) this.#reportOtherCloser(call);
    if (this.#inFlight > 0) this.#reportCallsInFlight(call, isKnown ? this.#opener : undefined);
    this.#state = "closing";
    this.#closer = call;
    return (isOk) => {
      if (this.#closer === call && this.#state === "closing") this.#state = isOk ? "closed" : "unknown";
    };
  }

  /** Call when it is used; what it returns, when that has ended. */
  use(call: TrackedCall): (isOk: boolean) => void {
    if (this.#state === "closing" || this.#state === "closed") this.#reportUseAfterClose(call);
    this.#inFlight += 1;
    if (this.#calls.size < maxCalls) this.#calls.add(call);
    return (isOk) => {
      this.#inFlight -= 1;
      this.#calls.delete(call);
      if (!isOk) this.#mayBeLost = true;
    };
  }

  #reportOtherCloser(call: TrackedCall): void {
    const [opener, closer] = pair(this.#opener as TrackedCall, call);
    this.#report("closed-by-another", { opener, closer, offender: closer, calls: [] }, [
      `${call.method} of a ${this.resource} in ${closer.chain}`,
      `${opener.chain} had opened it with ${opener.method} and was still running when ${closer.chain} began`,
      "let the chain that opens it close it, after all who use it",
    ]);
  }

  #reportUseAfterClose(call: TrackedCall): void {
    const [closer, offender] = pair(this.#closer as TrackedCall, call);
    const opener = this.#opener === undefined ? {} : { opener: action(this.#opener, call) };
    this.#report("used-after-close", { ...opener, closer, offender, calls: [] }, [
      `${call.method} of a ${this.resource} in ${offender.chain}`,
      `${closer.chain} had closed it with ${closer.method}`,
      "close it when all who use it are done",
    ]);
  }

  #reportCallsInFlight(call: TrackedCall, opened: TrackedCall | undefined): void {
    const inFlight = [...this.#calls].slice(0, maxCallsReported);
    const closer = action(call, opened ?? inFlight[0]);
    const calls = inFlight.map((other) => action(other, call));
    const opener = opened === undefined ? {} : { opener: action(opened, call) };
    const whose = [...new Set(calls.map(({ method, chain }) => `${method} of ${chain}`))].join(", ");
    this.#report("closed-in-use", { ...opener, closer, offender: closer, calls }, [
      `${call.method} of a ${this.resource} in ${closer.chain}`,
      `${this.#inFlight} ${this.#inFlight === 1 ? "call was" : "calls were"} in flight: ${whose}`,
      "wait for them before you close it",
    ]);
  }

  #reportSecondOpening(call: TrackedCall): void {
    const [opener, offender] = pair(this.#opener as TrackedCall, call);
    const found = this.#state === "opening" ? "was opening it" : "had opened it";
    this.#report("opened-twice", { opener, offender, calls: [] }, [
      `${call.method} of a ${this.resource} in ${offender.chain}`,
      `${opener.chain} ${found} with ${opener.method} and had not closed it`,
      "open it once, before all who use it, or give each a resource of its own",
    ]);
  }

  #report(
    kind: OwnershipOffence,
    facts: Omit<OwnershipReport, "kind" | "message" | "resource">,
    [attempted, found, instead]: readonly [attempted: string, found: string, instead: string],
  ): void {
    const report = Object.freeze({
      kind,
      message: `${attempted}, but ${found}; ${instead}`,
      resource: this.resource,
      ...facts,
    });
    // The first are the ones to look at; the rest follow from them, and must not fill the memory of a long run.
    if (this.#reports.length < maxReports) this.#reports.push(report);
    askWatcher(() => this.#onReport?.(report), undefined);
  }
}

/** Calls what the watcher gave. What that throws must not fail the code that is watched: it becomes an unhandled rejection. */
export function askWatcher<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    void Promise.reject(error);
    return otherwise;
  }
}

function pair(first: TrackedCall, second: TrackedCall): [OwnershipAction, OwnershipAction] {
  return [action(first, second), action(second, first)];
}

/** A call as a report shows it, its chain named as against that of another. */
function action({ method, chain, stack }: TrackedCall, other: TrackedCall | undefined): OwnershipAction {
  return Object.freeze({ method, chain: chainLabels(chain, other?.chain ?? chain)[0], stack: stack() });
}
