/**
 * What servers were found to speak, so that not every opening has to find it out again. One memory for the process: most
 * programs open the same server many times, and what it speaks is a matter of the server.
 *
 * @module
 */
import { currentTime } from "@holdfast/concurrency";

/** Whether a server speaks a revision with a handshake, or the one without. */
export type Era = "legacy" | "modern";

/**
 * For how long, in milliseconds. That a server is legacy costs it the newer revision after an update, until it is asked
 * again: ten minutes are the longest that one should be used below its abilities. That it is modern costs nothing, because
 * each opening asks it all the same, and only lets it take its time: an hour keeps the table small.
 */
const LASTS: Readonly<Record<Era, number>> = { legacy: 600_000, modern: 3_600_000 };
/** How many servers are remembered, so that a program that opens ever new ones does not grow. */
const MOST = 1_000;

interface Verdict {
  readonly era: Era;
  readonly until: number;
}

const verdicts = new Map<string, Verdict>();

/** What one connection knows and learns of its server. */
export class EraMemory {
  readonly #key: string;
  readonly #verdicts: Map<string, Verdict>;

  /** @param target what is connected to; without it nobody else shares what is learned. */
  constructor(target?: readonly string[]) {
    this.#key = JSON.stringify(target ?? []);
    this.#verdicts = target === undefined ? new Map<string, Verdict>() : verdicts;
  }

  /** Undefined when nothing is known, or not any more. */
  recall(): Era | undefined {
    const verdict = this.#verdicts.get(this.#key);
    if (verdict === undefined || currentTime() < verdict.until) return verdict?.era;
    this.forget();
    return undefined;
  }

  learn(era: Era): void {
    this.forget();
    const [oldest] = this.#verdicts.keys();
    if (this.#verdicts.size >= MOST && oldest !== undefined) this.#verdicts.delete(oldest);
    this.#verdicts.set(this.#key, { era, until: currentTime() + LASTS[era] });
  }

  forget(): void {
    this.#verdicts.delete(this.#key);
  }
}
