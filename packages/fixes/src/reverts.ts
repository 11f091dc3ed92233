/**
 * What took a change out again, and what put it back: the last word on it in the history of each release.
 *
 * @module
 */
import type { Holders } from "./graph.ts";
import type { History } from "./load.ts";
import { isPartialRevert, plainSubject, revertedHashes } from "./messages.ts";

/** A commit that takes the fix out or puts it in. */
export interface Operation {
  readonly commit: number;
  readonly isApplied: boolean;
  /** What it undoes; null for the fix itself and its copies. */
  readonly undoes: number | null;
  /** It undoes a part of it, or says so among other things: whether the fix still works after it cannot be told. */
  readonly isDoubtful?: boolean;
}

const quoted = /^(?:(?:partial(?:ly)? )?revert(?: (?:parts?|some|half) of)?|reapply)[:\s]+"(.*)"/i;

/** A commit that says that it takes something out or puts it back. */
interface Reversing {
  readonly commit: number;
  /** What it says it reverts, by hash; where it does not, its title tells. */
  readonly hashes: readonly string[];
  /** The quoted title, without what copies add to it. */
  readonly title: string | null;
  readonly isReapply: boolean;
  readonly isDoubtful: boolean;
}

/** All that revert or restore anything, read once. */
export type Reversals = readonly Reversing[];

/** Reads what the commits of a repository say they take out or put back. */
export function readReversals({ commits, indexes }: History): Reversals {
  const headed = new Set(indexes.reverts);
  return [...new Set([...indexes.reverts, ...indexes.mentions])].flatMap((commit): Reversing[] => {
    const { subject = "", body = "" } = commits[commit] ?? {};
    const title = quoted.exec(subject)?.[1];
    const hashes = revertedHashes(body);
    if (hashes.length === 0 && !headed.has(commit)) return [];
    return [
      {
        commit,
        hashes,
        title: title === undefined ? null : plainSubject(title),
        isReapply: /^reapply/i.test(subject),
        // Somewhere in the message of another change it may have been followed by a better way.
        isDoubtful: !headed.has(commit) || isPartialRevert(subject, body),
      },
    ];
  });
}

/** Adds to the commits that carry a fix all that revert or restore one of them. */
export function findOperations(history: History, reversals: Reversals, carriers: readonly number[]): Operation[] {
  const operations = new Map<number, Operation>();
  for (const commit of carriers) operations.set(commit, { commit, isApplied: true, undoes: null });
  for (let size = 0; size < operations.size;) {
    size = operations.size;
    const targets = [...operations.values()].map((operation) => describe(history, operation));
    for (const reversing of reversals) {
      if (operations.has(reversing.commit)) continue;
      const target = targets.findLast((other) => isTarget(other, reversing))?.operation;
      if (target === undefined) continue;
      const { commit, isDoubtful } = reversing;
      operations.set(commit, { commit, isApplied: !target.isApplied, undoes: target.commit, isDoubtful });
    }
  }
  return [...operations.values()];
}

/**
 * Judges commits: "has", "lacks", "reverted" (contains the fix and a revert that is the last word), or "ambiguous"
 * when the last words of two lines of history contradict each other, or the last word is not clear.
 */
export function judge({ holds }: Holders, operations: readonly Operation[]): (commit: number) => State {
  const known = new Map<number, State>();
  // Of two, whether the second comes after the first in one line.
  const later = operations.map((one) => operations.map((other) => one !== other && holds(other.commit, one.commit)));
  const decide = (commit: number): State => {
    const inside = [...operations.keys()].filter((at) => holds(commit, operations[at]?.commit ?? 0));
    if (!inside.some((at) => operations[at]?.isApplied)) return "lacks";
    const last = inside.filter((at) => !inside.some((other) => later[at]?.[other]));
    const states = new Set(last.map((at) => operations[at]?.isApplied));
    if (states.size > 1 || last.some((at) => operations[at]?.isDoubtful)) return "ambiguous";
    return states.has(true) ? "has" : "reverted";
  };
  return (commit) => {
    const state = known.get(commit) ?? decide(commit);
    known.set(commit, state);
    return state;
  };
}

/** What one release has of a fix. */
export type State = "has" | "lacks" | "reverted" | "ambiguous";

interface Target {
  readonly operation: Operation;
  readonly hash: string;
  readonly title: string;
  readonly quotedTitle: string;
}

function describe(history: History, operation: Operation): Target {
  const { hash = "", subject = "" } = history.commits[operation.commit] ?? {};
  const quotedTitle = plainSubject(quoted.exec(subject)?.[1] ?? "");
  return { operation, hash, title: plainSubject(subject), quotedTitle };
}

function isTarget({ operation, hash, title, quotedTitle }: Target, reversing: Reversing): boolean {
  if (reversing.hashes.length > 0) return reversing.hashes.some((named) => hash.startsWith(named));
  if (reversing.title === null) return false;
  // `Revert "Revert "x""` names the revert itself, `Reapply "x"` what that took out.
  return reversing.isReapply ? !operation.isApplied && quotedTitle === reversing.title : title === reversing.title;
}
