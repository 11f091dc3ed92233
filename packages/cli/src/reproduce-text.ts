/**
 * What `holdfast reproduce` prints for a reader.
 *
 * @module
 */
import type { Comparison, Interval, LevelResult, ReproduceResult } from "@holdfast/reproduce";
import { percent } from "./numbers.ts";
import { terminalText } from "./terminal-text.ts";

export function reproduceText({ url, signature, levels }: ReproduceResult, comparison: Comparison | null): string {
  const lines = [
    `holdfast reproduce   ${terminalText(url)}   signature ${terminalText(signature)}`,
    ...levels.flatMap(levelLines),
    ...(comparison === null ? [] : comparisonLines(comparison)),
  ];
  return `${lines.join("\n")}\n`;
}

function levelLines(level: LevelResult): string[] {
  const { concurrency, requests, hits, interval, batches, latency, samples } = level;
  const [sample] = samples;
  const times = latency === null ? "" : `   p50 ${latency.p50.toFixed(0)} ms   p99 ${latency.p99.toFixed(0)} ms`;
  return [
    `  ${concurrency} at a time: ${hits} of ${requests} flagged   95 % ${range(interval)}${times}`,
    `      by batches of ${concurrency}: ${batches.hits} of ${batches.count}   95 % ${range(batches.interval)}${trouble(level)}`,
    ...(sample === undefined
      ? []
      : [`      first flagged: ${sample.status} ${terminalText(sample.body).slice(0, 160)}`]),
  ];
}

/** What was no answer, or not a 2xx one. */
function trouble({ statuses, failures }: LevelResult): string {
  const odd = Object.entries(statuses).filter(([status]) => !status.startsWith("2"));
  const all = [
    ...odd.map(([status, count]) => `${count} x ${status}`),
    ...Object.entries(failures).flatMap(([why, count]) => (count > 0 ? [`${count} ${why}`] : [])),
  ];
  return all.length === 0 ? "" : `   (${all.join(", ")})`;
}

function comparisonLines({ concurrency, before, after, p, runsNeeded, verdict }: Comparison): string[] {
  const sentence = {
    fixed: "fixed: the difference is real",
    better: "better, but not gone",
    worse: "worse",
    "not-shown": "not shown: these runs do not tell the two apart",
    "never-seen": "never seen: there was no hit before either",
  }[verdict];
  return [
    `  at ${concurrency}: before ${before.hits} of ${before.answered} ${range(before.interval)}, after ${after.hits} of ${after.answered} ${range(after.interval)}, p = ${p.toPrecision(2)}`,
    `      ${sentence}${runsNeeded === null ? "" : `; ${runsNeeded} clean runs are enough to say fixed`}`,
  ];
}

function range({ low, high }: Interval): string {
  return `[${percent(low)}, ${percent(high)}]`;
}
