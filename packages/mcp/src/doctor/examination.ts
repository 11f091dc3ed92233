/**
 * What an examination of a server gives: facts, and one row for each thing that was looked at.
 *
 * @module
 */
import type { McpServerFacts } from "../server-facts.ts";

/** What is looked at, in the order of the rows. Over HTTP there are no `output` and `exit`, over stdio no `stream`, `expiry` and `delete`. */
export type McpCheckName =
  | "answers"
  | "cancel"
  | "close"
  | "delete"
  | "discover"
  | "exit"
  | "expiry"
  | "list"
  | "open"
  | "output"
  | "parallel"
  | "reconnect"
  | "schemas"
  | "stream"
  | "unknown-tool";

/** `fail`: something would break; `warn`: something is dearer or ruder than it should be; `skipped`: it could not be looked at. */
export type McpCheckVerdict = "fail" | "ok" | "skipped" | "warn";

/** What one check has found. */
export interface McpFinding {
  readonly verdict: McpCheckVerdict;
  /** What was measured, or why nothing was. Text of the server in it is quoted as JSON. */
  readonly found: string;
  /** What breaks, and for whom; absent of what is `ok` or `skipped`. */
  readonly consequence?: string;
}

/** One row of an examination. */
export interface McpCheck extends McpFinding {
  readonly name: McpCheckName;
  /** How long the looking took, in milliseconds. */
  readonly ms: number;
}

/** A tool, as far as an examination tells of it. */
export interface McpToolFacts {
  readonly name: string;
  /** The server's hint that it changes nothing; null when it gives none. */
  readonly readOnly: boolean | null;
  /** The server's hint that it may destroy something; null when it gives none. */
  readonly destructive: boolean | null;
  /** Whether it says what its structured content looks like. */
  readonly outputSchema: boolean;
}

/** What came of an examination. */
export interface McpExamination {
  /** The URL without its query, or the command. */
  readonly target: string;
  readonly server: McpServerFacts;
  readonly tools: readonly McpToolFacts[];
  readonly checks: readonly McpCheck[];
  /** The worst of the checks: `fail`, `warn`, or `ok`. */
  readonly verdict: Exclude<McpCheckVerdict, "skipped">;
  readonly tookMs: number;
}

export function ok(found: string): McpFinding {
  return { verdict: "ok", found };
}

export function warn(found: string, consequence: string): McpFinding {
  return { verdict: "warn", found, consequence };
}

export function fail(found: string, consequence: string): McpFinding {
  return { verdict: "fail", found, consequence };
}

export function skipped(found: string): McpFinding {
  return { verdict: "skipped", found };
}

/** A time for a reader. */
export function inMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

const LONGEST_QUOTE = 120;

/** Text of the server, quoted as JSON because it may hold control characters, and cut. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}
