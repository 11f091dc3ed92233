/**
 * What `holdfast reproduce` prints for a reader.
 *
 * @module
 */
import {
  type Comparison,
  type Interval,
  type LevelResult,
  type ReproduceResult,
  verdictSentences,
} from "@holdfast/reproduce";
import { percent } from "./numbers.ts";
import { terminalText } from "./terminal-text.ts";

/** What else there is to tell. */
export interface ReproduceNotes {
  /** A test was asked for, and there is nothing to write it of. */
  readonly noTest: boolean;
}

export function reproduceText(
  { url, hidden = [], signature, arrival = "closed", seed, levels, peak }: ReproduceResult,
  comparison: Comparison | null,
  { noTest }: ReproduceNotes = { noTest: false },
): string {
  const way = arrival === "closed" ? "" : `   arrival ${arrival}${typeof seed === "number" ? `   seed ${seed}` : ""}`;
  const lines = [
    `holdfast reproduce   ${terminalText(url)}   signature ${terminalText(signature)}${way}`,
    ...(hidden.length === 0
      ? []
      : [`  left out of the URL, as they may be secrets: ${terminalText(hidden.join(", "))}`]),
    ...levels.flatMap((level) => levelLines(level, arrival)),
    ...(levels.length > 1 && typeof peak === "number" ? [`  flagged most often at ${peak} at a time`] : []),
    ...(comparison === null ? [] : comparisonLines(comparison)),
    ...(noTest ? ["  no test was written: the signature was not seen, so it would guard nothing"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function levelLines(level: LevelResult, arrival: string): string[] {
  const { concurrency, requests, hits, interval, batches, latency, samples, sprt, delayed } = level;
  const [sample] = samples;
  const times = latency === null ? "" : `   p50 ${latency.p50.toFixed(0)} ms   p99 ${latency.p99.toFixed(0)} ms`;
  const kind = arrival === "burst" ? "bursts" : "batches";
  return [
    `  ${concurrency} at a time: ${hits} of ${requests} flagged   95 % ${range(interval)}${times}`,
    `      by ${kind} of ${concurrency}: ${batches.hits} of ${batches.count}   95 % ${range(batches.interval)}${trouble(level)}`,
    ...(hits > 1 && concurrency > 1 ? ["      hits of one session come together: trust the second interval"] : []),
    ...predictionLines(level),
    ...(sprt === null
      ? []
      : [`      sequential test, ${sprt.p0} against ${sprt.p1}: ${sprt.decision} after ${sprt.responses} responses`]),
    ...(delayed === 0 ? [] : [`      ${delayed} had to wait for one of the ${concurrency} to end; their wait counts`]),
    ...(sample === undefined
      ? []
      : [`      first flagged: ${sample.status} ${terminalText(sample.body).slice(0, 160)}`]),
  ];
}

/** What a connection that counts its users would give. */
function predictionLines({ predicted }: LevelResult): string[] {
  if (predicted === null) return [];
  const { requests, requestsIfExponential, bursts, overlap } = predicted;
  const model = [
    `${percent(requests)} % of requests`,
    ...(requestsIfExponential === null ? [] : [`${percent(requestsIfExponential)} % if holds vary exponentially`]),
    ...(bursts === null ? [] : [`${percent(bursts)} % of bursts`]),
    ...(overlap === null ? [] : [`${overlap.toPrecision(2)} others holding on average`]),
  ];
  return [`      a counted connection would give ${model.join(", ")}`];
}

/** What was no answer, or not a 2xx one. */
function trouble({ statuses, failures }: LevelResult): string {
  const odd = Object.entries(statuses).filter(([status]) => !status.startsWith("2"));
  const all = [
    ...odd.map(([status, count]) => `${count} x ${status}${isRedirect(status) ? ", not followed" : ""}`),
    ...Object.entries(failures).flatMap(([why, count]) => (count > 0 ? [`${count} ${why}`] : [])),
  ];
  return all.length === 0 ? "" : `   (${all.join(", ")})`;
}

function isRedirect(status: string): boolean {
  return ["301", "302", "303", "307", "308"].includes(status);
}

function comparisonLines(comparison: Comparison): string[] {
  const { concurrency, before, after, difference, differenceInterval, p, pBoschloo, runsNeeded, verdict } = comparison;
  const second = typeof pBoschloo === "number" ? ` (Boschloo: ${pBoschloo.toPrecision(2)})` : "";
  return [
    `  at ${concurrency}: before ${before.hits} of ${before.answered} ${range(before.interval)}, after ${after.hits} of ${after.answered} ${range(after.interval)}, p = ${p.toPrecision(2)}${second}`,
    `      difference ${percent(difference)} %   95 % ${range(differenceInterval)}`,
    `      ${verdictSentences[verdict]}${runsNeeded === null ? "" : `; ${runsNeeded} clean runs are enough to say fixed`}`,
  ];
}

function range({ low, high }: Interval): string {
  return `[${percent(low)}, ${percent(high)}]`;
}
