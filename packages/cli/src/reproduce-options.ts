/**
 * The options of `holdfast reproduce`, as they are typed.
 *
 * @module
 */
import type { Arrival, SequentialTest } from "@holdfast/reproduce";
import { UsageError } from "./console.ts";
import { readWhole } from "./numbers.ts";

/** Reads `1,4,10`. */
export function readLevels(text: string): readonly number[] {
  return text.split(",").map((each) => readWhole("--concurrency", each, 1));
}

/** Reads text, or an expression between slashes. */
export function readSignature(text: string): string | RegExp {
  if (text === "")
    throw new UsageError("--signature is empty, and every body has that; give the odd word of the error");
  const [, source, flags] = /^\/(.+)\/([dimsuv]*)$/s.exec(text) ?? [];
  if (source === undefined) return text;
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new UsageError(`--signature ${text}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Reads `closed`, `burst`, or a rate such as `50/s`, of requests at random times or, with `50/s even`, like a clock. */
export function readArrival(text: string): Arrival {
  if (text === "closed" || text === "burst") return text;
  const [, rate, even] = /^(\d+(?:\.\d+)?)\/s( even)?$/.exec(text) ?? [];
  if (rate === undefined || Number(rate) === 0) {
    throw new UsageError(`--arrival takes closed, burst or a rate such as 50/s, and "${text}" is none of them`);
  }
  return { rate: Number(rate), ...(even === undefined ? {} : { spacing: "even" as const }) };
}

/** Reads `0.02,0.2`: the share that would be clean, and the share that is faulty. */
export function readSequentialTest(text: string): SequentialTest {
  const [p0 = Number.NaN, p1 = Number.NaN, ...more] = text.split(",").map((each) => Number(each.trim() || Number.NaN));
  if (p0 > 0 && p0 < p1 && p1 < 1 && more.length === 0) return { p0, p1 };
  throw new UsageError(`--sprt takes two shares with 0 < p0 < p1 < 1, such as 0.02,0.2, and "${text}" is not that`);
}
