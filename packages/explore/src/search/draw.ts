/**
 * Drawing orders in several ways, one after the other.
 *
 * @module
 */
import { random } from "../random.ts";
import type { Session } from "../session.ts";
import type { RunResult } from "../single-run.ts";
import { portfolio, type Walk } from "./random-walks.ts";
import { Recorder } from "./schedule.ts";

export class Draw {
  readonly #turns: readonly { readonly walk: Walk; readonly recorder: Recorder }[];
  #turn = -1;

  /** @param seed the same seed draws the same orders. */
  constructor(seed: number) {
    this.#turns = portfolio(random(seed)).map((walk) => ({ walk, recorder: new Recorder(walk) }));
  }

  /** Of the last run. */
  get recorder(): Recorder {
    return this.#current.recorder;
  }

  /** Runs the scenario in an order that is drawn. Must be called from a macrotask. */
  once({ runner, kernel }: Session): RunResult {
    this.#turn += 1;
    const { walk, recorder } = this.#current;
    walk.begin();
    recorder.begin();
    const result = runner.once(recorder);
    walk.end?.(kernel);
    return result;
  }

  get #current(): { readonly walk: Walk; readonly recorder: Recorder } {
    return this.#turns[Math.max(0, this.#turn) % this.#turns.length] as {
      readonly walk: Walk;
      readonly recorder: Recorder;
    };
  }
}
