/**
 * Other commits that carry the same change: cherry-picks and backports, by what their messages and authors say, and
 * confirmed by git's patch identity where there are candidates.
 *
 * @module
 */
import type { Confidence, Evidence } from "./answer.ts";
import { authorKey } from "./commit-columns.ts";
import type { CommitGraph } from "./graph.ts";
import type { History } from "./load.ts";
import { keyOf, namedNumbers, ownNumber, pickedHashes, plainSubject } from "./messages.ts";
import { branchOf } from "./merged-branch.ts";
import type { PatchIds } from "./patch-ids.ts";

/** A commit that may carry the same change as the fix. */
export interface Equivalent {
  readonly commit: number;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** Who copied what, by what the messages say. */
export class Picks {
  readonly #history: History;
  /** By the first seven digits. */
  readonly #pickers = new Map<string, { readonly picker: number; readonly hash: string }[]>();
  readonly #named = new Map<number, readonly string[]>();

  constructor(history: History) {
    this.#history = history;
    for (const picker of history.indexes.mentions) {
      const hashes = pickedHashes(history.commits[picker]?.body ?? "");
      if (hashes.length > 0) this.#named.set(picker, hashes);
      for (const hash of hashes) {
        const list = this.#pickers.get(hash.slice(0, 7)) ?? [];
        list.push({ picker, hash });
        this.#pickers.set(hash.slice(0, 7), list);
      }
    }
  }

  /** All that a commit was copied to and from, at any number of removes; without itself. */
  relatives(commit: number): Set<number> {
    const found = new Set([commit]);
    // The set grows while it is walked.
    for (const member of found) {
      const hash = this.#history.commits[member]?.hash ?? "";
      for (const { picker, hash: named } of this.#pickers.get(hash.slice(0, 7)) ?? []) {
        if (hash.startsWith(named)) found.add(picker);
      }
      const [source, ...more] = this.#named.get(member) ?? [];
      // A commit that copies several is no copy of any one of them.
      if (source === undefined || more.length > 0) continue;
      const sources = this.#history.numbers.startingWith(source);
      if (sources.length === 1) for (const number of sources) found.add(number);
    }
    found.delete(commit);
    return found;
  }
}

const routine = /^(?:(?:chore|build|release|bump|version|merge|prepare|update changelog|revert|reapply)\b|v?\d+\.\d)/;
/** Above this many, the candidates come from a subject that says nothing. */
const mostConfirmed = 60;
/** As many release branches as one fix is brought to. */
const mostAlike = 30;

/** The commits that may carry the same change, with what says so. */
export type Candidates = Map<number, Candidate>;

interface Candidate {
  readonly evidence: Set<Evidence>;
  /** It carries a part of what was merged: a resemblance, however sure that part is. */
  readonly isPart: boolean;
}

/**
 * Finds what may be a copy of a commit, of a merge also what may be one of all that it brought in; nothing is read from
 * the repository.
 */
export function findCandidates(history: History, picks: Picks, fix: number): Candidates {
  const found = candidatesOf(history, picks, fix);
  const branch = branchOf(history, fix);
  const tip = branch[0];
  if (tip === undefined) return found;
  const copies = branch.map((commit) => candidatesOf(history, picks, commit));
  const tips = copies[0] ?? new Map<number, Candidate>();
  for (const [copy, { evidence }] of tips) {
    if (copy === fix || found.has(copy)) continue;
    const isWhole = copies
      .slice(1)
      .every((others) => [...others.keys()].some((other) => history.graph.contains(copy, other)));
    found.set(copy, { evidence, isPart: !isWhole });
  }
  return found;
}

function candidatesOf(history: History, picks: Picks, fix: number): Candidates {
  const { commits, graph, indexes } = history;
  const found: Candidates = new Map();
  const source = commits[fix];
  if (source === undefined) return found;
  const add = (commit: number, evidence: Evidence): void => {
    if (commit === fix || graph.parentsOf(commit).length > 1) return;
    const known = found.get(commit) ?? { evidence: new Set(), isPart: false };
    found.set(commit, known);
    known.evidence.add(evidence);
  };
  for (const commit of picks.relatives(fix)) add(commit, "trailer");
  for (const commit of indexes.authors.all(authorKey(source.email, source.authored))) {
    const { authored, email } = commits[commit] ?? {};
    if (authored === source.authored && email === source.email) add(commit, "author-date");
  }
  const own = ownNumber(source.subject);
  for (const commit of own === null ? [] : naming(history, own)) add(commit, "number");
  const subject = plainSubject(source.subject);
  if (subject.includes(" ") && !routine.test(subject)) {
    const same = indexes.subjects
      .all(keyOf(subject))
      .filter((commit) => commit !== fix && plainSubject(commits[commit]?.subject ?? "") === subject);
    const isInLine = (commit: number): boolean => graph.contains(fix, commit) || graph.contains(commit, fix);
    // The same words again in one line of history are another change.
    const alone = same.filter((commit) => !found.has(commit));
    const isShared = alone.some(isInLine) || isRepeated(graph, alone);
    if (!isShared) for (const commit of same) add(commit, "subject");
  }
  for (const [commit, { evidence }] of found) {
    const isLone = evidence.size === 1 && evidence.has("author-date");
    if (isLone && (graph.contains(fix, commit) || graph.contains(commit, fix))) found.delete(commit);
  }
  return found;
}

/** Words that come twice in one line of history do not tell which of the two is the copy. */
function isRepeated(graph: CommitGraph, commits: readonly number[]): boolean {
  if (commits.length > mostAlike) return true;
  return commits.some((one) => commits.some((other) => one !== other && graph.contains(one, other)));
}

function naming({ commits, indexes }: History, number: string): number[] {
  const key = keyOf(number);
  return [...indexes.numbers.all(key), ...(indexes.otherNumbers.get(key) ?? [])].filter((commit) => {
    const subject = commits[commit]?.subject ?? "";
    return namedNumbers(subject).includes(number) && !routine.test(subject.toLowerCase());
  });
}

/** The commits whose patches decide how sure the candidates are; none where there are too many to look at. */
export function toCompare(fixes: readonly number[], candidates: Candidates): readonly number[] {
  return candidates.size === 0 || candidates.size > mostConfirmed ? [] : [...fixes, ...candidates.keys()];
}

/** Grades the candidates, with the patches that have been read. */
export function gradeCandidates(
  history: History,
  patches: PatchIds,
  fixes: readonly number[],
  candidates: Candidates,
): Equivalent[] {
  const idOf = (number: number): string | undefined => patches.get(history.commits[number]?.hash ?? "");
  const own = new Set(fixes.map(idOf).filter((id) => id !== undefined));
  const isCompared = toCompare(fixes, candidates).length > 0;
  return [...candidates].map(([commit, { evidence: known, isPart }]) => {
    const evidence = new Set(known);
    if (isCompared && own.has(idOf(commit) ?? "")) evidence.add("patch-id");
    return { commit, confidence: isPart ? "possible" : grade(evidence), evidence: [...evidence] };
  });
}

function grade(evidence: ReadonlySet<Evidence>): Confidence {
  if (evidence.has("patch-id") && (evidence.has("trailer") || evidence.has("author-date"))) return "certain";
  return evidence.size === 1 && evidence.has("number") ? "possible" : "likely";
}
