/**
 * What the merge of a pull request brought in.
 *
 * @module
 */
import type { History } from "./load.ts";
import { mergeRequest, ownNumber } from "./messages.ts";

/** A longer branch is not one fix. */
const mostCommits = 20;

/** The commits, newest first and without merges, that the merge of a pull request brought in; none for anything else. */
export function branchOf({ commits, graph }: History, merge: number): number[] {
  const [first, second, ...more] = graph.parentsOf(merge);
  const { subject = "", body = "" } = commits[merge] ?? {};
  if (first === undefined || second === undefined || more.length > 0) return [];
  if ((ownNumber(subject) ?? mergeRequest(body)) === null) return [];
  const found: number[] = [];
  const seen = new Set([second]);
  for (const commit of seen) {
    if (graph.contains(first, commit)) continue;
    const parents = graph.parentsOf(commit);
    if (parents.length < 2) found.push(commit);
    if (found.length > mostCommits) return [];
    for (const parent of parents) seen.add(parent);
  }
  return found;
}

/** The merge of a pull request that brought a commit in; null where there was none. */
export function mergeOf(history: History, commit: number): number | null {
  let at = commit;
  for (let steps = 0; steps < mostCommits; steps++) {
    const children = history.graph.childrenOf(at);
    const merge = children.find((child) => branchOf(history, child).includes(commit));
    if (merge !== undefined) return merge;
    const next = children.find((child) => history.graph.parentsOf(child).length === 1);
    if (next === undefined) return null;
    at = next;
  }
  return null;
}
