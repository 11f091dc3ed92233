/**
 * What the messages of commits say about other commits and about pull requests, in forms that can be compared.
 *
 * @module
 */

/** What people write before the hash of the commit that they copied. */
const pickForm =
  /(?:cherry[ -]picked from commit|upstream commit|backport of(?: commit)?)\s+([0-9a-f]{7,64})|commit ([0-9a-f]{7,64}) upstream/gi;
const revertForm = /this (?:partial(?:ly)? )?reverts (?:(?:parts?|some|half) of )?commit ([0-9a-f]{7,64})/gi;
const partForm = /this partial(?:ly)? reverts|reverts (?:parts?|some|half) of/i;
const revertHeading = /^(?:\w+(?:\([^)]*\))?!?:\s*)?(?:(?:partial(?:ly)? )?revert|reapply|re-?land|add back)\b/i;
const partHeading = /^(?:\w+(?:\([^)]*\))?!?:\s*)?(?:partial(?:ly)? revert|revert (?:parts?|some|half) of)\b/i;
const affix = /[([]|^\s|\s$|\s\s|^(?:backport|cherry)/;

/** A subject without what copies add to it: numbers of pull requests, names of branches. */
export function plainSubject(subject: string): string {
  const lower = subject.toLowerCase();
  if (!affix.test(lower)) return lower;
  return lower
    .replaceAll(/\((?:#\d+|backport[^)]*|cherry[- ]pick[^)]*)\)/g, "")
    .replace(/^(?:\s*\[[^\]]*\])+/, "")
    .replace(/^\s*(?:backport|cherry[- ]pick)(?:ed)?(?:\s+(?:of\s+)?#\d+)?\s*[:-]?\s*/, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The pull request that a subject names as its own: of several the last. */
export function ownNumber(subject: string): string | null {
  if (subject.startsWith("Merged PR ")) return /^Merged PR (\d+):/.exec(subject)?.[1] ?? null;
  if (!subject.includes("#")) return null;
  const merged = /^Merge pull request #(\d+)/.exec(subject)?.[1];
  return merged ?? [...subject.matchAll(/\((?:pull request )?#(\d+)\)/g)].at(-1)?.[1] ?? null;
}

/** Every pull request that a subject names. */
export function namedNumbers(subject: string): string[] {
  return [...subject.matchAll(/\(#(\d+)\)/g)].map(([, number = ""]) => number);
}

/** The merge request that GitLab names at the end of a merge's message. */
export function mergeRequest(body: string): string | null {
  return /^See merge request \S*!(\d+)\s*$/m.exec(body)?.[1] ?? null;
}

/** True when a subject says that its commit takes something out or puts it back. */
export function isRevertSubject(subject: string): boolean {
  return revertHeading.test(subject);
}

/** The hashes, as far as they are written out, of what a message says its commit was copied from. */
export function pickedHashes(body: string): string[] {
  return hashesIn(body, pickForm);
}

/** True when a commit says that it takes out a part of something only. */
export function isPartialRevert(subject: string, body: string): boolean {
  return partHeading.test(subject) || partForm.test(body);
}

/** The hashes, as far as they are written out, of what a message says its commit reverts. */
export function revertedHashes(body: string): string[] {
  return hashesIn(body, revertForm);
}

function hashesIn(body: string, form: RegExp): string[] {
  return [...body.matchAll(form)].map((match) => (match[1] ?? match[2] ?? "").toLowerCase());
}

/** A number for a text, the same for the same text. */
export function keyOf(text: string): number {
  let key = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) key = Math.imul(key ^ text.charCodeAt(at), 0x01000193);
  return key | 0;
}
