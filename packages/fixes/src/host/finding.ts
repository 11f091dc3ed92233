/**
 * What the host of a repository knows of a number, apart from how it was asked.
 *
 * @module
 */
import type { Confidence } from "../answer.ts";

/** A commit that the host connects with a pull request or an issue. */
export interface HostCommit {
  readonly hash: string;
  readonly confidence: Confidence;
}

/** The host's answer. */
export interface HostFinding {
  /** The most trusted first. */
  readonly commits: readonly HostCommit[];
  /** What weakens the answer, or why there is none; whole clauses. */
  readonly notes: readonly string[];
}

/** A pull request, as far as it matters here. */
export interface PullFacts {
  readonly number: number;
  readonly state: "open" | "closed" | "merged";
  /** The commit it became on its target branch, of several the last; without a meaning unless it is merged. */
  readonly mergeCommit: string | null;
}

/**
 * One way in which an issue was connected with a change, by falling trust: what closed it last, what is linked as
 * closing it or closed it before, what says that it does, what mentions it.
 */
export type Connection =
  | { readonly by: "closer" | "reference" | "keyword" | "mention"; readonly commit: string }
  | { readonly by: "closer" | "reference" | "keyword" | "mention"; readonly pull: PullFacts };

/** What the host says of an issue. */
export interface IssueFacts {
  readonly isOpen: boolean;
  readonly connections: readonly Connection[];
}

const trust = { closer: 0, reference: 1, keyword: 2, mention: 3 } as const;
const confidences = { closer: "certain", reference: "likely", keyword: "likely", mention: "possible" } as const;

/** The finding for a pull request. */
export function findingOfPull(pull: PullFacts): HostFinding {
  const name = `pull request #${pull.number}`;
  if (pull.state === "open") return { commits: [], notes: [`${name} is still open`] };
  if (pull.state === "closed") return { commits: [], notes: [`${name} was closed without being merged`] };
  if (pull.mergeCommit === null) return { commits: [], notes: [`${name} was merged, and its commit is not known`] };
  return { commits: [{ hash: pull.mergeCommit, confidence: "certain" }], notes: [] };
}

/**
 * The finding for an issue: what closed it, then the merged changes that say they close it, then those that mention
 * it. Of equals the later one comes first. An open issue makes every answer no more than possible.
 */
export function findingOfIssue(number: number, { isOpen, connections }: IssueFacts): HostFinding {
  const notes: string[] = isOpen ? [`issue #${number} is still open`] : [];
  const ordered = connections.toReversed().toSorted((one, other) => trust[one.by] - trust[other.by]);
  const commits = new Map<string, HostCommit>();
  for (const connection of ordered) {
    const hash = "commit" in connection ? connection.commit : connection.pull.mergeCommit;
    if ("pull" in connection && connection.pull.state !== "merged") {
      if (connection.by !== "mention")
        notes.push(`pull request #${connection.pull.number}, which is to close it, is not merged`);
    } else if (hash !== null && !commits.has(hash)) {
      commits.set(hash, { hash, confidence: isOpen ? "possible" : confidences[connection.by] });
    }
  }
  if (commits.size === 0) notes.push(`no merged change is connected with issue #${number}`);
  const best = ordered.filter(({ by }) => by !== "mention").length;
  if (commits.size > 1 && best > 1) notes.push(`several changes are connected with issue #${number}`);
  return { commits: [...commits.values()], notes };
}

/** Whether a text says that it closes an issue. */
export function closes(text: string, number: number): boolean {
  return new RegExp(`\\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\\s+(?:\\S*(?:#|/issues/))${number}\\b`, "i").test(
    text,
  );
}
