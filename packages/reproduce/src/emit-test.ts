/**
 * A test file from a reproduction: red while the signature shows, green once it does not.
 *
 * @module
 */
import type { LevelResult } from "./level.ts";
import type { ReproduceOptions } from "./options.ts";
import type { ReproduceResult } from "./reproduce.ts";
import { isSecretName, shownUrl } from "./secrets.ts";

/** What the test is made of. */
export interface EmitTestOptions {
  /** What was sent. */
  readonly options: Omit<ReproduceOptions, "onProgress" | "requests" | "signal" | "sprt" | "holdMs">;
  /** What it gave. */
  readonly result: ReproduceResult;
  /** `vitest`, or `node:test`. */
  readonly runner: "node:test" | "vitest";
}

/** How often the test may stay green by chance while nothing is mended. */
const chance = 0.001;
/** Whoever needs more than these needs another way. */
const mostRequests = 10_000;
const shortestTimeoutMs = 60_000;

/**
 * Gives the text of the file. It fires the same requests, at the level with the highest share of hits, or the last one when
 * there was no hit, and so many of them that chance would hide an unmended fault in one run of a thousand at most. The URL
 * can be given in the environment, as `REPRODUCE_URL`; so it must when something in it looks like a secret, and so must headers
 * that do: their values are not written.
 */
export function emitTest({ options, result, runner }: EmitTestOptions): string {
  const level = result.levels.find(({ concurrency }) => concurrency === result.peak) ?? result.levels.at(-1);
  if (level === undefined) throw new TypeError("emitting a test for a result without a level; measure one first");
  const requests = requestsFor(level);
  const timeout = Math.max(shortestTimeoutMs, Math.ceil((4 * requests * level.elapsedMs) / level.requests));
  const { signature } = options;
  const { url, hidden } = shownUrl(String(options.url));
  const seen = `${level.hits} of ${level.answered} responses had the signature at ${level.concurrency} in parallel.`;
  const fields = [
    // With another value in place of a secret, the server might refuse every request, and the test be green for that.
    `url: process.env["REPRODUCE_URL"] ?? ${JSON.stringify(hidden.length === 0 ? url : "")}`,
    `signature: ${typeof signature === "string" ? JSON.stringify(signature) : String(signature)}`,
    `requests: ${requests}`,
    `concurrency: ${level.concurrency}`,
    ...optional("arrival", options.arrival),
    ...optional("seed", result.seed ?? undefined),
    ...optional("warmUp", options.warmUp),
    ...optional("method", options.method),
    ...headersField(options.headers ?? {}),
    ...optional("body", options.body),
    ...optional("follow", options.follow),
    ...optional("timeoutMs", options.timeoutMs),
  ];
  const [imports, clean, answered] =
    runner === "vitest"
      ? [
          'import { reproduce } from "@holdfast/reproduce";\nimport { expect, test } from "vitest";',
          "expect(level?.hits, level?.samples[0]?.body).toBe(0);",
          "expect(level?.answered).toBe(level?.requests);",
        ]
      : [
          'import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { reproduce } from "@holdfast/reproduce";',
          "assert.equal(level?.hits, 0, level?.samples[0]?.body);",
          "assert.equal(level?.answered, level?.requests);",
        ];
  return `${imports}

// When this was written, ${seen}${hiddenNote(hidden)}
test("the signature does not show under load", { timeout: ${timeout} }, async () => {
  const { levels } = await reproduce({
    ${fields.join(",\n    ")},
  });
  const [level] = levels;
  ${clean}
  // A request without an answer is not a clean one.
  ${answered}
});
`;
}

/** By the share of responses, or by that of batches where hits come together and so leave more batches clean. */
function requestsFor({ hits, answered, requests, batches, concurrency }: LevelResult): number {
  if (hits === 0) return requests;
  const byResponse = runsFor(hits / answered);
  const byBatch = batches.hits === 0 ? 0 : runsFor(batches.hits / batches.count) * concurrency;
  const needed = Math.max(byResponse, byBatch, concurrency);
  return Math.min(Math.ceil(needed / concurrency) * concurrency, Math.max(mostRequests, requests));
}

function runsFor(share: number): number {
  return share === 1 ? 1 : Math.ceil(Math.log(chance) / Math.log(1 - share));
}

/** Of names that stand in a comment, nothing may end it. */
function hiddenNote(hidden: readonly string[]): string {
  if (hidden.length === 0) return "";
  return `\n// REPRODUCE_URL is the whole URL: the values of ${JSON.stringify(hidden).slice(1, -1)} are not for this file.`;
}

function optional(name: string, value: unknown): string[] {
  return value === undefined ? [] : [`${name}: ${JSON.stringify(value)}`];
}

function headersField(headers: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(headers).map(([name, value]) => {
    const variable = `REPRODUCE_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
    const text = isSecretName(name) ? `process.env[${JSON.stringify(variable)}] ?? ""` : JSON.stringify(value);
    return `${JSON.stringify(name)}: ${text}`;
  });
  return lines.length === 0 ? [] : [`headers: { ${lines.join(", ")} }`];
}
