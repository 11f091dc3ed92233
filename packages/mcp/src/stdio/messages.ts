/**
 * What is a message and what is not, among the lines that a server process writes.
 *
 * @module
 */
import type { JSONRPCMessage } from "@modelcontextprotocol/client";

/**
 * The `data` of the error that stands for an answer of too many bytes: no server can send this very object.
 *
 * The client has no other way to be told of one request's end, because a transport speaks to it in messages.
 */
export const answerTooLong: object = Object.freeze({});

/** The longest text of a server that goes into a message. */
const LONGEST_QUOTE = 200;

/** Whether it has the outline of a JSON-RPC message; the client looks at the rest. */
export function isMessage(value: unknown): value is JSONRPCMessage {
  if (typeof value !== "object" || value === null) return false;
  const { jsonrpc, method, id, result, error } = value as Record<string, unknown>;
  if (jsonrpc !== "2.0") return false;
  return typeof method === "string" || (id !== undefined && (result !== undefined || error !== undefined));
}

/** The id of an answer, or what a line is that is none. */
export type LongLineId = number | "not a message" | "not an answer" | undefined;

const OPENING = /^\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?/;
const FIRST_ID = /^"id"\s*:\s*(\d+)\s*,\s*(?="(?:result|error)"\s*:)/;
/** Right before the brace that ends the line, and so a key of the whole. */
const LAST_ID = /[,{]\s*"id"\s*:\s*(\d+)\s*\}\s*$/;

/**
 * Whom a line is for of which only the ends are known: servers write the id of an answer first or last. Undefined when
 * that cannot be told. The official client's ids are numbers.
 */
export function idOfLongLine(head: string, tail: string): LongLineId {
  const opening = OPENING.exec(head)?.[0];
  if (opening === undefined) return "not a message";
  const rest = head.slice(opening.length);
  if (/^(?:"id"[^,]*,\s*)?"method"/.test(rest)) return "not an answer";
  const digits = (FIRST_ID.exec(rest) ?? (/^"(?:result|error)"/.test(rest) ? LAST_ID.exec(tail) : undefined))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** What was found instead of a message of a length that is taken, in words. */
export function longLineFinding(limit: number): string {
  return `the server sent a message of more than ${limit} bytes; ask for less at a time, or raise messageLimit`;
}

/** What was found instead of a message, in words. */
export function notMcpFinding(line: string): string {
  const text = JSON.stringify(line.trim().slice(0, LONGEST_QUOTE));
  return `its standard output holds ${text}, which is not MCP; a server writes its logs to standard error`;
}
