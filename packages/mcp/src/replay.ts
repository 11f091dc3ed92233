/**
 * Whether a call that failed is made once more. Decided from the record of what was sent, never from a text.
 *
 * @module
 */
import type { Tool } from "@modelcontextprotocol/client";
import { McpConnectionLostError, McpError, McpSessionExpiredError } from "./errors.ts";

/**
 * Which calls are made once more when their connection fails: none; those that did not run; or also those that may have
 * run, of tools that say that running them again changes nothing.
 */
export type ReplayRule = "idempotent" | "never" | "unsent";

export const replayRules: ReadonlySet<unknown> = new Set(["idempotent", "never", "unsent"] satisfies ReplayRule[]);

/** What may be done about a call that failed: nothing, make it again, or make it again if its tool allows that. */
export type Replay = "again" | "if-idempotent" | "no";

/** Reads what may be done about a call. */
export function replayOf(rule: ReplayRule, tool: string | undefined, error: unknown): Replay {
  if (rule === "never" || !(error instanceof McpError)) return "no";
  // The server refused it before it ran.
  if (error instanceof McpSessionExpiredError) return "again";
  if (!(error instanceof McpConnectionLostError)) return "no";
  if (!error.mayHaveRun) return "again";
  return rule === "idempotent" && tool !== undefined ? "if-idempotent" : "no";
}

/**
 * Whether the tool says that running it again with the same arguments changes nothing. A hint that is absent counts as
 * false, as the protocol has it.
 */
export function isRepeatable(tools: readonly Tool[], name: string): boolean {
  const { idempotentHint, readOnlyHint } = tools.find((tool) => tool.name === name)?.annotations ?? {};
  return idempotentHint === true || readOnlyHint === true;
}
