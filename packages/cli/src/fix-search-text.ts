/**
 * What `holdfast fix find --search` prints for a reader.
 *
 * @module
 */
import type { FixCandidate, HostMatch } from "@holdfast/fixes";
import { terminalText } from "./terminal-text.ts";

export function fixSearchText(
  text: string,
  candidates: readonly FixCandidate[],
  host: readonly HostMatch[] | null,
): string {
  const lines = [
    `holdfast fix find   searching for ${JSON.stringify(text)}`,
    ...candidates.flatMap(candidateLines),
    ...(host ?? []).map(hostLine),
    `  ${summary(candidates.length + (host ?? []).length)}`,
  ].map(terminalText);
  return `${lines.join("\n")}\n`;
}

function candidateLines({ commit, date, subject, ...rest }: FixCandidate, at: number): string[] {
  const { matched, reasons, copies } = rest;
  const copied = copies.length === 0 ? [] : [`${copies.length} more with this subject`];
  const why = [`has ${matched.join(", ")}`, ...reasons, ...copied].join("; ");
  return [
    `  ${String(at + 1).padStart(2)}   ${commit.slice(0, 10)}   ${date.slice(0, 10)}   ${subject}`,
    `       ${why}`,
  ];
}

function hostLine({ kind, number, title, url, commits }: HostMatch): string {
  const [name, by] = kind === "issue" ? ["issue", "closed by"] : ["pull request", "merged as"];
  const behind = commits.map(({ hash, confidence }) => `${hash.slice(0, 10)} (${confidence})`);
  const known = behind.length === 0 ? "no commit known" : `${by} ${behind.slice(0, 3).join(", ")}`;
  return `  on the host   ${name} #${number}   ${title}   ${known}   ${url}`;
}

function summary(count: number): string {
  if (count === 0) return "nothing has a word of it; try the odd word of the error alone";
  return "possible only: words that match prove nothing; holdfast fix find <repo> <commit> --show has one to read";
}
