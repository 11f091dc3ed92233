/**
 * What can become of a connection and of a call on it. Match on `code`, or on `kind`; the texts may improve.
 *
 * @module
 */
import type { CallToolResult } from "@modelcontextprotocol/client";
import { HoldfastError } from "@holdfast/concurrency";

/** The codes of this package's errors. */
export type McpErrorCode =
  | "MCP_CALL_TIMEOUT"
  | "MCP_CLOSED"
  | "MCP_CONNECTION_LOST"
  | "MCP_OPEN_FAILED"
  | "MCP_OVERLOADED"
  | "MCP_PROTOCOL"
  | "MCP_SESSION_EXPIRED"
  | "MCP_TOOL_FAILED"
  | "MCP_UNAUTHORIZED";

/** How a call ended that has no result. A cancelled call has no kind: it throws the cancellation, or its signal's reason. */
export type McpErrorKind =
  | "closed"
  | "open-failed"
  | "outcome-unknown"
  | "overloaded"
  | "protocol"
  | "session-expired"
  | "timeout"
  | "unauthorized"
  | "unsent";

/** The base of the errors that say why a call has no result. */
export abstract class McpError extends HoldfastError {
  abstract override readonly code: McpErrorCode;
  abstract readonly kind: McpErrorKind;
  /** Whether the server may have acted on the call. When false, calling again cannot make it act twice. */
  abstract readonly mayHaveRun: boolean;

  static {
    nameOf(McpError, "McpError");
  }
}

/** What is known of the process of a server when its connection fails. Absent is what is not known, or not so. */
export interface ProcessFacts {
  /** The last part of what it wrote to its standard error. */
  readonly stderr?: string | undefined;
  /** What it exited with. */
  readonly exitCode?: number | undefined;
  /** The signal that ended it: `SIGKILL`. */
  readonly signal?: string | undefined;
}

/** Thrown to all who wait for a connection when its opening fails; `cause` is what went wrong. */
export class McpOpenFailedError extends McpError {
  override readonly code = "MCP_OPEN_FAILED";
  override readonly kind = "open-failed";
  override readonly mayHaveRun = false;
  /** The last part of what the server process wrote to its standard error; absent when it wrote nothing. */
  declare readonly stderr?: string;
  /** What the server process exited with; absent when it did not end by itself. */
  declare readonly exitCode?: number;
  /** The signal that ended the server process; absent when it did not end by one. */
  declare readonly signal?: string;

  constructor(connection: string, found: string, options: ErrorOptions & ProcessFacts = {}) {
    const { stderr = "", cause } = options;
    super(`connecting to ${connection}: ${found}${saying(stderr)}`, { cause });
    Object.assign(this, known(options));
  }
  static {
    nameOf(McpOpenFailedError, "McpOpenFailedError");
  }
}

/**
 * Thrown when the connection was lost before the answer came, or could not carry the call.
 *
 * Of kind `outcome-unknown` the call may have run, and is never repeated behind your back; of kind `unsent` it did
 * not. The next call opens a new connection where that is needed.
 */
export class McpConnectionLostError extends McpError {
  override readonly code = "MCP_CONNECTION_LOST";
  override readonly kind: "outcome-unknown" | "unsent";
  /** The last part of what the server process wrote to its standard error; absent when it wrote nothing. */
  declare readonly stderr?: string;
  /** What the server process exited with; absent when it did not end by itself. */
  declare readonly exitCode?: number;
  /** The signal that ended the server process; absent when it did not end by one. */
  declare readonly signal?: string;

  constructor(attempted: string, mayHaveRun: boolean, options: ErrorOptions & ProcessFacts = {}) {
    const { stderr = "", cause } = options;
    const found = mayHaveRun
      ? "the connection was lost before the answer came; it may have run"
      : "there is no connection to send it on; it did not run";
    super(`${attempted}: ${found}${ending(options)}${saying(stderr)}`, { cause });
    this.kind = mayHaveRun ? "outcome-unknown" : "unsent";
    Object.assign(this, known(options));
  }
  override get mayHaveRun(): boolean {
    return this.kind === "outcome-unknown";
  }
  static {
    nameOf(McpConnectionLostError, "McpConnectionLostError");
  }
}

/**
 * Thrown when the server has forgotten the session: it answered 404 to a request that named it.
 *
 * The server refused the call before running it. A call outside `withLease()` was made once more on a new connection
 * and refused there as well; inside it, leave and take a new lease.
 */
export class McpSessionExpiredError extends McpError {
  override readonly code = "MCP_SESSION_EXPIRED";
  override readonly kind = "session-expired";
  override readonly mayHaveRun = false;

  constructor(attempted: string, options?: ErrorOptions) {
    super(`${attempted}: the server has forgotten the session; the call did not run`, options);
  }
  static {
    nameOf(McpSessionExpiredError, "McpSessionExpiredError");
  }
}

/**
 * Thrown by a call, and by opening, when no token could be had that the server takes; `cause` is what was found. The server
 * asks for the token before it runs anything, so the call did not run.
 */
export class McpUnauthorizedError extends McpError {
  override readonly code = "MCP_UNAUTHORIZED";
  override readonly hint: string;
  override readonly kind = "unauthorized";
  override readonly mayHaveRun = false;
  /** Whether the user was sent to sign in, by the provider's `redirectToAuthorization()`, and it can go on after that. */
  readonly needsUser: boolean;

  constructor(attempted: string, found: string, needsUser: boolean, options?: ErrorOptions) {
    super(`${attempted}: ${found}; it did not run`, options);
    this.needsUser = needsUser;
    this.hint = needsUser
      ? "give what comes back from the sign-in to finishMcpAuthorization(), then open or call again"
      : "look at the cause; the provider's tokens were left as they are, so calling again may help";
  }
  static {
    nameOf(McpUnauthorizedError, "McpUnauthorizedError");
  }
}

/** How full a connection was when it took no further call. */
export interface OverloadFacts {
  /** Calls that were under way. */
  readonly inFlight: number;
  /** Calls that waited for a place. */
  readonly queue: number;
  /** Milliseconds that the call had waited; absent when the queue was full and it could not even wait. */
  readonly waited?: number | undefined;
}

/** Thrown by a call that found the queue of its connection full, or waited in it for longer than `queueTimeout`. */
export class McpOverloadedError extends McpError {
  override readonly code = "MCP_OVERLOADED";
  override readonly hint = "make fewer calls at a time, or raise maxInFlight or maxQueue";
  override readonly kind = "overloaded";
  override readonly mayHaveRun = false;
  /** Calls that were under way. */
  readonly inFlight: number;
  /** Calls that waited for a place. */
  readonly queue: number;

  constructor(attempted: string, { inFlight, queue, waited }: OverloadFacts) {
    const found = waited === undefined ? "the queue is full" : `no place within ${waited} ms`;
    super(`${attempted}: ${found}, with ${inFlight} calls in flight and ${queue} waiting; it did not run`);
    this.inFlight = inFlight;
    this.queue = queue;
  }
  static {
    nameOf(McpOverloadedError, "McpOverloadedError");
  }
}

/** Thrown when a call took longer than its time limit. The server was told that its answer is no longer wanted. */
export class McpCallTimeoutError extends McpError {
  override readonly code = "MCP_CALL_TIMEOUT";
  override readonly kind = "timeout";
  override readonly mayHaveRun: boolean;
  /** The limit, in milliseconds. */
  readonly timeout: number;

  constructor(attempted: string, timeout: number, mayHaveRun: boolean) {
    const found = mayHaveRun ? "no answer" : "it could not be sent";
    super(`${attempted}: ${found} within ${timeout} ms`);
    this.timeout = timeout;
    this.mayHaveRun = mayHaveRun;
  }
  static {
    nameOf(McpCallTimeoutError, "McpCallTimeoutError");
  }
}

/** What is known of an answer that is no result. */
export interface ProtocolFacts {
  readonly rpcCode?: number;
  readonly status?: number;
  /** Whether the server may have acted on the call; true when absent. */
  readonly mayHaveRun?: boolean;
}

/** Thrown when the server answered with an error, or with something that is not MCP. The connection goes on. */
export class McpProtocolError extends McpError {
  override readonly code = "MCP_PROTOCOL";
  override readonly kind = "protocol";
  /**
   * False where the HTTP status says that the request was turned away before anything ran: 401, 429, and 503 with
   * Retry-After. True for all else, because no code of a JSON-RPC error says that nothing was done.
   */
  override readonly mayHaveRun: boolean;
  /** The code of the JSON-RPC error, where that was the answer: -32602 for a tool that does not exist. */
  declare readonly rpcCode?: number;
  /** The HTTP status, where the answer was no more than that. */
  declare readonly status?: number;

  constructor(attempted: string, found: string, facts: ErrorOptions & ProtocolFacts = {}) {
    const { rpcCode, status, mayHaveRun = true, cause } = facts;
    super(`${attempted}: ${found}`, { cause });
    this.mayHaveRun = mayHaveRun;
    if (rpcCode !== undefined) this.rpcCode = rpcCode;
    if (status !== undefined) this.status = status;
  }
  static {
    nameOf(McpProtocolError, "McpProtocolError");
  }
}

/** Thrown by a call on a connection that is closed, or was closed before the answer came. */
export class McpClosedError extends McpError {
  override readonly code = "MCP_CLOSED";
  override readonly hint = "open a new connection; drain() closes one after its calls have ended";
  override readonly kind = "closed";
  override readonly mayHaveRun: boolean;

  constructor(attempted: string, mayHaveRun: boolean, options?: ErrorOptions) {
    const found = mayHaveRun ? "closed before the answer came; it may have run" : "closed; it did not run";
    super(`${attempted}: the connection was ${found}`, options);
    this.mayHaveRun = mayHaveRun;
  }
  static {
    nameOf(McpClosedError, "McpClosedError");
  }
}

/** Thrown by adapters to frameworks in which a tool fails by throwing. The message is what the tool said. */
export class McpToolFailedError extends HoldfastError {
  override readonly code = "MCP_TOOL_FAILED";
  readonly tool: string;
  /** What the tool answered, with `isError` set. */
  readonly result: CallToolResult;

  constructor(tool: string, message: string, result: CallToolResult) {
    super(message);
    this.tool = tool;
    this.result = result;
  }
  static {
    nameOf(McpToolFailedError, "McpToolFailedError");
  }
}

/** Puts the name on the prototype, so that errors carry no own `name` key. */
function nameOf(type: { prototype: object }, name: string): void {
  Object.defineProperty(type.prototype, "name", { value: name, configurable: true, writable: true });
}

/** The facts that are there, so that an error has no fields that say nothing. */
function known({ stderr, exitCode, signal }: ProcessFacts): ProcessFacts {
  return {
    ...(stderr !== undefined && stderr !== "" && { stderr }),
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
  };
}

function ending(facts: ProcessFacts): string {
  const end = endOfProcess(facts);
  return end === undefined ? "" : `; the server process ${end}`;
}

/** How a process ended, in words; undefined when it did not, or nobody knows. */
export function endOfProcess({ exitCode, signal }: ProcessFacts): string | undefined {
  if (signal !== undefined) return `was ended by ${signal}`;
  return exitCode === undefined ? undefined : `exited with code ${exitCode}`;
}

/** The longest line of a server's standard error that goes into a message; `stderr` has it all. */
const LONGEST_LINE = 200;

/** The line of a process's last words that tells most: Node puts an uncaught error before its stack and its version. */
function saying(stderr: string): string {
  const lines = stderr.trim().split("\n");
  const line = lines.find((text) => /^\w*Error\b/.test(text)) ?? lines.at(-1) ?? "";
  // Quoted as JSON, because the text is the server's and may hold control characters.
  return line === "" ? "" : `; the server said ${JSON.stringify(line.slice(0, LONGEST_LINE))}`;
}
