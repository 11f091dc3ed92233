/**
 * Tokens, summed over the model calls of a run.
 *
 * @module
 */
import type { LanguageModelV4Usage } from "@ai-sdk/provider";

/** The tokens of a run, in the shape of the model interface. A count that no call gave is undefined. */
export type Usage = Readonly<Pick<LanguageModelV4Usage, "inputTokens" | "outputTokens">>;

/** Before the first call. */
export const noUsage: Usage = Object.freeze({
  inputTokens: Object.freeze({ total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined }),
  outputTokens: Object.freeze({ total: undefined, text: undefined, reasoning: undefined }),
});

/** The sum of two, where a count that one of them lacks is that of the other. */
export function addUsage(
  { inputTokens: a, outputTokens: c }: Usage,
  { inputTokens: b, outputTokens: d }: Usage,
): Usage {
  return Object.freeze({
    inputTokens: Object.freeze({
      total: sum(a.total, b.total),
      noCache: sum(a.noCache, b.noCache),
      cacheRead: sum(a.cacheRead, b.cacheRead),
      cacheWrite: sum(a.cacheWrite, b.cacheWrite),
    }),
    outputTokens: Object.freeze({
      total: sum(c.total, d.total),
      text: sum(c.text, d.text),
      reasoning: sum(c.reasoning, d.reasoning),
    }),
  });
}

function sum(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left + right;
}
