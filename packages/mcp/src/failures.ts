/**
 * Which error an opening or a call ends with. Read from our own record and from types and codes, never from texts.
 *
 * @module
 */
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import { ClosedResourceError, TimeoutError } from "@holdfast/concurrency";
import type { CallRecord } from "./call-record.ts";
import {
  endOfProcess,
  McpClosedError,
  McpConnectionLostError,
  McpError,
  McpOpenFailedError,
  McpProtocolError,
  McpSessionExpiredError,
  McpUnauthorizedError,
  type ProcessFacts,
} from "./errors.ts";
import type { ProcessReport } from "./link.ts";
import { AuthorizationFailure } from "./auth/authorization-failure.ts";
import { HttpFailure, HttpLimitError } from "./http/http-failure.ts";
import { EndlessListError } from "./listing.ts";
import { VersionMismatchError } from "./protocol.ts";
import { answerLost } from "./severable-transport.ts";
import { answerTooLong } from "./stdio/messages.ts";
import { ServerStartError } from "./stdio/server-start-error.ts";

/** The longest text of a server that goes into a message; `cause` has it all. */
const LONGEST_QUOTE = 200;

/** The error of an opening that failed. */
export function openFailure(connection: string, cause: unknown, report: ProcessReport = {}): McpError {
  if (cause instanceof AuthorizationFailure) return unauthorized(`connecting to ${connection}`, cause);
  const end = endOfProcess(report);
  const found =
    end === undefined
      ? openFinding(cause)
      : `the server process ${end} during the handshake; run the command in a terminal to see why`;
  const notMcp = report.notMcp === undefined ? "" : `; ${report.notMcp}`;
  return new McpOpenFailedError(connection, `${found}${notMcp}`, { ...report, cause });
}

/** The error of a call whose generation was lost, or closed, under it. */
export function lossFailure({ attempted, sent }: CallRecord, cause: unknown): McpError {
  if (cause instanceof ClosedResourceError) return new McpClosedError(attempted, sent, { cause });
  if (cause instanceof McpSessionExpiredError && !sent) return new McpSessionExpiredError(attempted, { cause });
  const facts = cause instanceof McpConnectionLostError ? cause : {};
  const { stderr, exitCode, signal }: ProcessFacts = facts;
  return new McpConnectionLostError(attempted, sent, { stderr, exitCode, signal, cause });
}

/** The error of a call that the official client or its transport failed. */
export function callFailure({ attempted }: CallRecord, cause: unknown): McpError {
  if (cause instanceof McpError) return cause;
  if (cause instanceof AuthorizationFailure) return unauthorized(attempted, cause);
  if (cause instanceof ProtocolError && cause.data === answerTooLong) {
    return new McpProtocolError(attempted, cause.message, { cause });
  }
  if (isRefusal(cause)) {
    const found = `the server answered with error ${cause.code}: ${quoted(cause.message)}`;
    return new McpProtocolError(attempted, found, { rpcCode: cause.code, cause });
  }
  if (cause instanceof SdkHttpError) {
    const { status } = cause;
    const facts = { status, mayHaveRun: !isTurnedAway(cause), cause };
    return new McpProtocolError(attempted, `the server answered HTTP ${status}${remark(status)}`, facts);
  }
  if (isNotMcp(cause)) return new McpProtocolError(attempted, "the server's answer is not MCP", { cause });
  if (cause instanceof HttpLimitError || cause instanceof EndlessListError) {
    return new McpProtocolError(attempted, cause.message, { cause });
  }
  return new McpConnectionLostError(attempted, !isNeverSent(cause), { cause });
}

/**
 * Whether the status says that the request was turned away before anything ran: 401 "has not been applied" (RFC 9110,
 * 15.5.2); 429 is of a limit that is checked first (RFC 6585, 4); 503 with Retry-After is of a server that takes nothing
 * now (RFC 9110, 15.6.4), where without it a gateway may have lost the answer.
 *
 * A server that answers so after it has acted breaks those rules and cannot be told apart. Callers are told, therefore,
 * but nothing is repeated on the strength of it.
 */
function isTurnedAway({ status, data }: SdkHttpError): boolean {
  if (status === 401 || status === 429) return true;
  return status === 503 && typeof data["retryAfter"] === "string";
}

function remark(status: number): string {
  return status === 202 ? ", which says that no answer will come" : "";
}

function unauthorized(attempted: string, failure: AuthorizationFailure): McpUnauthorizedError {
  return new McpUnauthorizedError(attempted, failure.message, failure.needsUser, { cause: failure.cause ?? failure });
}

function openFinding(cause: unknown): string {
  if (cause instanceof TimeoutError) {
    return `no connection within ${cause.timeout} ms; check that it is an MCP server, or give it a longer connectTimeout`;
  }
  if (cause instanceof SdkHttpError) return `it answered HTTP ${cause.status}`;
  if (isNotMcp(cause)) return "its answer is not MCP";
  if (cause instanceof HttpLimitError) return cause.message;
  if (isRefusal(cause)) {
    return `it refused with error ${cause.code}: ${quoted(cause.message)}`;
  }
  if (cause instanceof ServerStartError || cause instanceof VersionMismatchError) return cause.message;
  const innermost = innermostOf(cause);
  const code = codeOf(innermost);
  if (isUnreachable(cause)) return `it could not be reached (${String(code)}); start the server, or check its address`;
  if (isCutOff(cause) || cutOffCodes.has(code)) return "it closed the connection during the handshake";
  // The parser of fetch gives no code with it.
  if (innermost instanceof Error && innermost.name === "HTTPParserError")
    return "its answer is not HTTP; check the address";
  return `it failed with ${quoted(innermost instanceof Error ? innermost.message : String(innermost))}`;
}

/** How undici and the system say that the other side has hung up. */
const cutOffCodes: ReadonlySet<unknown> = new Set([
  "ECONNRESET",
  "EPIPE",
  "HPE_INVALID_EOF_STATE",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  "UND_ERR_SOCKET",
]);

/** What began it: fetch wraps the socket's error, and a host of several addresses has an error for each. */
function innermostOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermostOf(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined) return innermostOf(error.cause);
  return error;
}

/** Whether the server answered with a JSON-RPC error. */
export function isRefusal(error: unknown): error is ProtocolError {
  return error instanceof ProtocolError && error.data !== answerLost;
}

/** Whether the other side went without an answer. */
function isCutOff(error: unknown): boolean {
  if (error instanceof ProtocolError) return error.data === answerLost;
  if (error instanceof HttpFailure) return error.sent && error.cause === undefined;
  return error instanceof McpConnectionLostError || codeOf(error) === SdkErrorCode.ConnectionClosed;
}

const notMcp: ReadonlySet<unknown> = new Set([
  SdkErrorCode.InvalidResult,
  SdkErrorCode.UnsupportedResultType,
  SdkErrorCode.ListPaginationExceeded,
  SdkErrorCode.ClientHttpUnexpectedContent,
]);

/** Whether an answer came that is no JSON, no JSON-RPC, or not what the method answers. */
export function isNotMcp(error: unknown): boolean {
  if (error instanceof SdkError) return notMcp.has(error.code);
  // The official transport parses with JSON.parse, then with a schema, whose error is known by its list of issues.
  return (
    error instanceof SyntaxError || (error instanceof Error && Array.isArray((error as { issues?: unknown }).issues))
  );
}

/**
 * Whether it is certain that nothing was sent.
 *
 * What failed in any other way proves nothing: the server may have run the call and died before it answered.
 */
export function isNeverSent(error: unknown): boolean {
  // Our own transport has it on record; what others throw is to be read.
  return error instanceof HttpFailure ? !error.sent : isUnreachable(error);
}

/** Whether the transport had ended already, and the loss of the connection is about to be told. */
export function isNotConnected(error: unknown): boolean {
  return codeOf(error) === SdkErrorCode.NotConnected;
}

/** Whether a connection was refused, or could not be made, and the request has therefore never left. */
export function isRefusedConnection(error: unknown): boolean {
  // What was sent, and then could not be resumed, has such a cause as well.
  return isNeverSent(error) && isUnreachable(error);
}

/** Whether no connection was made to send anything on. */
function isUnreachable(error: unknown): boolean {
  if (isNotConnected(error) || codeOf(error) === "UND_ERR_CONNECT_TIMEOUT") return true;
  const syscall = syscallOf(error);
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  // One error for each address that was tried.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnreachable);
  return error instanceof Error && error.cause !== undefined && isUnreachable(error.cause);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as { code?: unknown }).code : undefined;
}

function syscallOf(error: unknown): string | undefined {
  const syscall: unknown = error instanceof Error ? (error as NodeJS.ErrnoException).syscall : undefined;
  return typeof syscall === "string" ? syscall : undefined;
}

/** Quoted as JSON, because the text is the server's and may hold control characters. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST_QUOTE));
}
