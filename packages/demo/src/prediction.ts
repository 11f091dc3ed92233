/**
 * What the counted connection should do, from its rule alone: a simulation of the closed loop with no code of the
 * product in it, so that a measured rate has something to be held against.
 *
 * @module
 */
import { callsInTurn, controlLookUpEvery, latencySpread, type Parameters, quickFactor } from "./parameters.ts";
import { createRandom, type Random } from "./random.ts";

/** The load that is simulated. */
export interface PredictionOptions {
  readonly concurrency: number;
  readonly requests: number;
  /** Tool calls in a turn. */
  readonly calls: number;
  /** Mean time of one, in milliseconds. */
  readonly callMs: number;
  /** Only one run in so many has a turn with calls. */
  readonly turnEvery: number;
}

/** Simulated batches behind one prediction: its standard error is then below half a percent. */
const repetitions = 40;

/** The share of runs that a counted connection fails, in [0, 1]. */
export function predictShare(parameters: Parameters, options: PredictionOptions): number {
  let hits = 0;
  for (let batch = 0; batch < repetitions; batch++) {
    hits += simulateBatch(parameters, options, createRandom(parameters.seed).fork(`batch ${batch}`));
  }
  return hits / (repetitions * options.requests);
}

/** The prediction for the triage agent on the counted connection. */
export function predictCounted(parameters: Parameters, concurrency: number, requests: number): number {
  return predictShare(parameters, {
    concurrency,
    requests,
    calls: callsInTurn,
    callMs: parameters.toolMs,
    turnEvery: 1,
  });
}

/** The prediction for the control agent on a counted connection of its own. */
export function predictControl(parameters: Parameters, concurrency: number, requests: number): number {
  return predictShare(parameters, {
    concurrency,
    requests,
    calls: 1,
    callMs: parameters.toolMs * quickFactor,
    turnEvery: controlLookUpEvery,
  });
}

/**
 * One batch: clients that send the next request when the last was answered. A run thinks, borrows the connection for
 * its batch of calls, thinks again. Whoever finds the count at zero opens; whoever brings it back to zero closes, and
 * fails unless it opened. Opening takes no time.
 */
function simulateBatch({ modelMs }: Parameters, options: PredictionOptions, random: Random): number {
  const events: { at: number; happen: () => void }[] = [];
  let now = 0;
  let started = 0;
  let hits = 0;
  let borrowers = 0;
  let opener = 0;
  const after = (delay: number, happen: () => void): void => {
    events.push({ at: now + delay, happen });
  };
  const think = (next: () => void): void => after(random.lognormal(modelMs, latencySpread), next);
  const start = (): void => {
    if (started === options.requests) return;
    started += 1;
    const run = started;
    think(() => (run % options.turnEvery === 0 ? borrow(run) : start()));
  };
  const borrow = (run: number): void => {
    if (borrowers === 0) opener = run;
    borrowers += 1;
    const calls = Array.from({ length: options.calls }, () => random.lognormal(options.callMs, latencySpread));
    after(Math.max(...calls), () => giveBack(run));
  };
  const giveBack = (run: number): void => {
    borrowers -= 1;
    if (borrowers > 0 || opener === run) return think(start);
    hits += 1;
    return start();
  };
  for (let client = 0; client < options.concurrency; client++) start();
  for (let event = takeEarliest(events); event !== undefined; event = takeEarliest(events)) {
    now = event.at;
    event.happen();
  }
  return hits;
}

function takeEarliest<T extends { readonly at: number }>(events: T[]): T | undefined {
  const earliest = events.reduce(
    (least, event, index) => (event.at < (events[least]?.at ?? Infinity) ? index : least),
    0,
  );
  return events.splice(earliest, 1)[0];
}
