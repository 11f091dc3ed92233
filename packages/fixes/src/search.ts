/**
 * From the text of an error to the commits that may have fixed it: a ranking of all messages by the words that they
 * share with the text, the rare ones first. A resemblance is no proof, so every candidate is only possible.
 *
 * @module
 */
import { isoDate } from "./iso-date.ts";
import { QueryError } from "./errors.ts";
import type { History } from "./load.ts";
import { isRevertSubject, keyOf, mergeRequest, ownNumber, plainSubject } from "./messages.ts";
import { Phrase, type PhraseMatch } from "./search-words.ts";

/** A commit that may be the fix. */
export interface FixCandidate {
  readonly commit: string;
  readonly subject: string;
  /** When it was committed, ISO 8601 in UTC. */
  readonly date: string;
  /** The number of the pull request that it names as its own; null where it names none. */
  readonly pullRequest: string | null;
  /** From 0 to 1: the weight of what matches, against that of a subject with all that any message has of the text. */
  readonly score: number;
  /** Always so: a text that matches proves nothing. */
  readonly confidence: "possible";
  /** The words of the text that its message has, as they were given. */
  readonly matched: readonly string[];
  /** Why it stands where it does, in words that may improve. */
  readonly reasons: readonly string[];
  /** The hashes of further commits with the same subject, such as its backports. */
  readonly copies: readonly string[];
}

/** What is wanted of a search. */
export interface SearchOptions {
  /** At most so many candidates; 10 when absent. */
  readonly limit?: number | undefined;
}

interface Scored {
  readonly number: number;
  readonly points: number;
  readonly match: PhraseMatch;
  readonly reasons: readonly string[];
}

/** How soon more of a word adds nothing, and how much a long message loses: about the usual values of BM25. */
const saturation = 1.2;
const lengthShare = 0.5;
/** A word of the subject counts as so many of the body. */
const subjectWeight = 3;
/** Words that follow each other in the text and in the message add this share of their weight. */
const adjacency = 0.6;
const wholePhrase = 1.5;
const mostFactor = 1.4;

const fixing =
  /^(?:\w+(?:\([^)]*\))?!?:\s*)?(?:(?:bug)?fix(?:e[sd])?|correct(?:s|ed)?|repair(?:s|ed)?|resolve[sd]?)\b/i;
const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:[\w./:-]*(?:#|\/issues\/))\d+\b/i;
const release =
  /^(?:version packages|(?:chore|build|ci)(?:\([^)]*\))?!?:\s*(?:release|version|bump|update dep)|(?:prepare\s+)?release\b|bump\b|update dependenc|v?\d+\.\d+(?:\.\d+)?\b)/i;

/**
 * Ranks the commits of a history by the text of an error. The best comes first; of equals the later one. Commits with
 * the same subject are one candidate, which is the one in the history of HEAD. None that shares no word is listed.
 *
 * @throws QueryError (FIXES_QUERY_UNREADABLE) when the text has no word; RangeError for a limit below 1.
 */
export function searchCommits(history: History, text: string, { limit = 10 }: SearchOptions = {}): FixCandidate[] {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`searching with the limit ${limit}: it is no whole number from 1 up; leave it out for 10`);
  }
  const phrase = new Phrase(text);
  if (phrase.words.length === 0) {
    const message = `searching for ${JSON.stringify(text)}: it has no word; give the text of the error, or the odd word in it`;
    throw new QueryError("FIXES_QUERY_UNREADABLE", text, message);
  }
  const { commits } = history;
  const found: { readonly number: number; readonly match: PhraseMatch; readonly size: number }[] = [];
  const having = phrase.words.map(() => 0);
  let total = 0;
  for (const [number, { subject, body }] of commits.entries()) {
    const size = subject.length * subjectWeight + body.length;
    total += size;
    const match = phrase.match(subject, body);
    if (match === null) continue;
    found.push({ number, match, size });
    for (const word of having.keys()) if (has(match, word)) having[word] = (having[word] ?? 0) + 1;
  }
  const mean = Math.max(1, total / commits.length);
  const weights = having.map((some) => Math.log(1 + (commits.length - some + 0.5) / (some + 0.5)));
  // A word that no message has cannot tell one from another.
  const most = mostPoints(weights.map((weight, word) => (having[word] === 0 ? 0 : weight)));
  const scored = found.map(({ number, match, size }): Scored => {
    const { subject = "", body = "" } = commits[number] ?? {};
    const { factor, reasons } = judge(subject, body, history.graph.parentsOf(number).length > 1);
    const points = pointsOf(match, weights, size / mean) * factor;
    return { number, points, match, reasons: [...reasonsOf(match), ...reasons] };
  });
  return fold(history, scored)
    .slice(0, limit)
    .map(({ one, copies }) => candidateOf(history, phrase, one, copies, most));
}

function has({ inSubject, inBody }: PhraseMatch, word: number): boolean {
  return (inSubject[word] ?? 0) + (inBody[word] ?? 0) > 0;
}

function pointsOf(match: PhraseMatch, weights: readonly number[], length: number): number {
  const { inSubject, inBody, pairs, isWhole } = match;
  let points = 0;
  let covered = 0;
  let all = 0;
  for (const [word, weight] of weights.entries()) {
    all += weight;
    const count = (inSubject[word] ?? 0) * subjectWeight + (inBody[word] ?? 0);
    if (count === 0) continue;
    covered += weight;
    points += (weight * count * (saturation + 1)) / (count + saturation * (1 - lengthShare + lengthShare * length));
  }
  for (const word of pairs) points += adjacency * Math.min(weights[word] ?? 0, weights[word + 1] ?? 0);
  // One rare word of many is an accident more often than most of them together are.
  const coverage = all === 0 ? 1 : 0.25 + 0.75 * (covered / all);
  return points * coverage * (isWhole ? wholePhrase : 1);
}

/** What no message can have more of. */
function mostPoints(weights: readonly number[]): number {
  const sum = weights.reduce((so, weight) => so + weight, 0);
  const pairs = weights.slice(1).reduce((so, weight, word) => so + adjacency * Math.min(weight, weights[word] ?? 0), 0);
  return (sum * (saturation + 1) + pairs) * wholePhrase * mostFactor;
}

/** What kind of change a message says it is. */
function judge(
  subject: string,
  body: string,
  isMerge: boolean,
): { readonly factor: number; readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  let factor = 1;
  const add = (by: number, reason: string): void => {
    factor *= by;
    reasons.push(reason);
  };
  if (isRevertSubject(subject)) add(0.7, "takes something out, or puts it back");
  else if (fixing.test(subject)) add(1.2, "its subject says that it fixes something");
  const closed = closing.exec(`${subject}\n${body}`)?.[0];
  if (closed !== undefined) add(1.15, `says "${closed.replaceAll(/\s+/g, " ")}"`);
  if (release.test(subject)) add(0.3, "looks like a release or a bump of versions");
  else if (isMerge) add(0.5, "is a merge");
  return { factor, reasons };
}

function reasonsOf({ isWhole, isWholeInSubject, pairs }: PhraseMatch): string[] {
  if (isWhole) return [`has the whole text in its ${isWholeInSubject ? "subject" : "body"}`];
  return pairs.length > 0 ? ["has words of the text side by side"] : [];
}

/** One candidate of all that have the same subject: that of HEAD's history, else the oldest. */
function fold(history: History, scored: readonly Scored[]): { readonly one: Scored; readonly copies: Scored[] }[] {
  const { commits, graph, head } = history;
  const main = head === null ? null : graph.history(head);
  const committed = ({ number }: Scored): number => commits[number]?.committed ?? 0;
  const isOnMain = ({ number }: Scored): number => main?.[number] ?? 0;
  const groups = Map.groupBy(scored, ({ number }) => keyOf(plainSubject(commits[number]?.subject ?? "")));
  const folded = [...groups.values()].flatMap((group) => {
    const [one, ...copies] = group.toSorted((a, b) => isOnMain(b) - isOnMain(a) || committed(a) - committed(b));
    if (one === undefined) return [];
    // Differences that small mean nothing; there the date decides.
    return [{ one, copies, points: Math.round(Math.max(...group.map(({ points }) => points)) * 20) }];
  });
  return folded.toSorted((a, b) => b.points - a.points || committed(b.one) - committed(a.one));
}

function candidateOf(
  history: History,
  phrase: Phrase,
  { number, points, match, reasons }: Scored,
  copies: readonly Scored[],
  most: number,
): FixCandidate {
  const { hash = "", subject = "", body = "", committed = 0 } = history.commits[number] ?? {};
  return {
    commit: hash,
    subject,
    date: isoDate(committed),
    pullRequest: ownNumber(subject) ?? (history.graph.parentsOf(number).length > 1 ? mergeRequest(body) : null),
    score: Math.round(Math.min(1, points / most) * 1_000) / 1_000,
    confidence: "possible",
    matched: phrase.words.filter((_, word) => has(match, word)),
    reasons,
    copies: copies.map((copy) => history.commits[copy.number]?.hash ?? ""),
  };
}
