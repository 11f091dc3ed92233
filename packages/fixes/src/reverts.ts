/**
 * What took a change out again, and what put it back: the last word on it in the history of each release.
 *
 * @module
 */
import { plainSubject } from "./equivalents.ts";
import type { History } from "./load.ts";

/** A commit that takes the fix out or puts it in. */
export interface Operation {
  readonly commit: number;
  readonly isApplied: boolean;
  /** What it undoes; null for the fix itself and its copies. */
  readonly undoes: number | null;
}

const heading = /^(?:\w+(?:\([^)]*\))?!?:\s*)?(?:revert|reapply|re-?land|add back)\b/i;
const sentence = /this reverts commit ([0-9a-f]{7,64})/gi;
const quoted = /^(?:revert|reapply)[:\s]+"(.*)"/i;

/** Adds to the commits that carry a fix all that revert or restore one of them. */
export function findOperations(history: History, carriers: readonly number[]): Operation[] {
  const operations = new Map<number, Operation>();
  for (const commit of carriers) operations.set(commit, { commit, isApplied: true, undoes: null });
  const candidates = [...history.commits.entries()].filter(([, { subject }]) => heading.test(subject));
  for (let size = 0; size < operations.size;) {
    size = operations.size;
    for (const [number, { subject, body }] of candidates) {
      if (operations.get(number)?.undoes !== undefined) continue;
      const target = targetOf(history, [...operations.values()], subject, body);
      if (target === undefined) continue;
      operations.set(number, { commit: number, isApplied: !target.isApplied, undoes: target.commit });
    }
  }
  return [...operations.values()];
}

/**
 * Judges commits: "has", "lacks", "reverted" (contains the fix and a revert that is the last word), or "ambiguous"
 * when the last words of two lines of history contradict each other.
 */
export function judge(history: History, operations: readonly Operation[]): (commit: number) => State {
  const marks = operations.map(({ commit }) => history.graph.containing(commit));
  return (commit) => {
    const inside = operations.map((_, at) => at).filter((at) => marks[at]?.[commit] === 1);
    if (!inside.some((at) => operations[at]?.isApplied)) return "lacks";
    const last = inside.filter(
      (at) => !inside.some((other) => other !== at && marks[at]?.[operations[other]?.commit ?? 0] === 1),
    );
    const states = new Set(last.map((at) => operations[at]?.isApplied));
    if (states.size > 1) return "ambiguous";
    return states.has(true) ? "has" : "reverted";
  };
}

/** What one release has of a fix. */
export type State = "has" | "lacks" | "reverted" | "ambiguous";

function targetOf(
  history: History,
  operations: readonly Operation[],
  subject: string,
  body: string,
): Operation | undefined {
  const named = [...body.matchAll(sentence)].map((match) => (match[1] ?? "").toLowerCase());
  const title = quoted.exec(subject)?.[1];
  const isReapply = /^reapply/i.test(subject);
  return operations.findLast(({ commit, isApplied }) => {
    const target = history.commits[commit];
    if (target === undefined) return false;
    if (named.length > 0) return named.some((hash) => target.hash.startsWith(hash));
    if (title === undefined || isApplied === isReapply) return false;
    return plainSubject(isReapply ? (quoted.exec(target.subject)?.[1] ?? "") : target.subject) === plainSubject(title);
  });
}
