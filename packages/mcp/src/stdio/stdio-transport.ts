/**
 * The transport to a server that is a child process. It is safe to share and to close: whatever becomes of the process,
 * the client is told once and at once, and nothing of the process stays.
 *
 * @module
 */
import { type JSONRPCMessage, type MessageExtraInfo, SdkError, SdkErrorCode } from "@modelcontextprotocol/client";
import { moveOnAfter, runDetached } from "@holdfast/concurrency";
import { StringDecoder } from "node:string_decoder";
import { McpProtocolError } from "../errors.ts";
import type { ProcessReport } from "../link.ts";
import type { SendOptions, TellingTransport } from "../send-options.ts";
import { LineReader } from "./line-reader.ts";
import { answerTooLong, idOfLongLine, isMessage, longLineFinding, notMcpFinding } from "./messages.ts";
import { SendQueue } from "./send-queue.ts";
import type { ServerCommand } from "./server-command.ts";
import { type ProcessExit, ServerProcess } from "./server-process.ts";
import { TailBuffer } from "./tail-buffer.ts";

/** What a {@link StdioTransport} is made of. */
export interface StdioParameters extends ServerCommand {
  /** Milliseconds that ending the process may take. */
  readonly closeTimeout: number;
  /** How much of its standard error is kept, in bytes. */
  readonly stderrLimit: number;
  /** How long a message from it may be, in bytes. */
  readonly messageLimit: number;
  /** Given all of its standard error, as it comes. */
  readonly onStderr?: ((text: string) => void) | undefined;
}

/** How long what a dead process wrote last may take to be read while others hold its pipes, in milliseconds. */
const LAST_WORDS = 100;

/** The official `Transport` over the standard input and output of a process of its own. For one connection; see `close()`. */
export class StdioTransport implements TellingTransport {
  readonly tellsSent = true;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage, extra?: MessageExtraInfo) => void) | undefined;
  readonly #parameters: StdioParameters;
  readonly #lines: LineReader;
  readonly #stderr: TailBuffer;
  #process: ServerProcess | undefined;
  #queue: SendQueue | undefined;
  #isLost = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  /** What came first on standard output that is no message. */
  #notMcp: string | undefined;
  /** How the process ended, where it did so before the connection was closed; afterwards it is our doing. */
  #exit: ProcessExit | undefined;
  /** What ended the connection, where that was not the process. */
  #cause: Error | undefined;

  constructor(parameters: StdioParameters) {
    this.#parameters = parameters;
    this.#stderr = new TailBuffer(parameters.stderrLimit);
    this.#lines = new LineReader(parameters.messageLimit, {
      onLine: (line) => this.#readLine(line),
      onLongLine: (head, tail) => this.#readLongLine(head, tail),
    });
  }

  /** The process id; undefined before the start. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What is known of the process, for the errors of those who used it. */
  report(): ProcessReport {
    const stderr = this.#stderr.text();
    return {
      ...this.#exit,
      ...(stderr !== "" && { stderr }),
      ...(this.#notMcp !== undefined && { notMcp: this.#notMcp }),
      ...(this.#cause !== undefined && { cause: this.#cause }),
    };
  }

  /**
   * Starts the process.
   *
   * **Cancellation:** none; `close()` ends what was started.
   *
   * @throws {@link ServerStartError}; Error when it was started or closed before.
   */
  async start(): Promise<void> {
    if (this.#process !== undefined || this.#isClosed) {
      throw new Error("starting a stdio transport a second time; make a new one for each connection");
    }
    await runDetached(() => this.#start());
  }

  /**
   * Sends a message, and resolves when it was handed to the system. A request that is cancelled before that is never
   * sent, and neither is its cancellation.
   *
   * **Cancellation:** none of its own.
   *
   * @throws SdkError of code NOT_CONNECTED when nothing of the message was sent, because the process does not run.
   */
  send(message: JSONRPCMessage, options: SendOptions = {}): Promise<void> {
    return this.#queue?.send(message, options.onSent) ?? Promise.reject(notConnected());
  }

  /**
   * Tells the client that the connection is closed, and then ends the process with all that it has started.
   * Idempotent; never rejects.
   *
   * **Cancellation:** none; `closeTimeout` bounds it.
   */
  close(): Promise<void> {
    this.#finish();
    return (this.#closing ??= runDetached(async () => await this.#process?.end(this.#parameters.closeTimeout)));
  }

  async #start(): Promise<void> {
    const server = new ServerProcess(this.#parameters);
    this.#process = server;
    this.#queue = new SendQueue(server.stdin);
    server.stdin.on("error", (error) => void this.#lose(error));
    server.stdout.on("data", (chunk: Buffer) => this.#lines.push(chunk));
    server.stdout.on("error", (error) => void this.#lose(error));
    server.stderr.on("error", () => {});
    this.#readStderr(server);
    await server.started;
    // Only now: one that was not started is reported by the start.
    server.stdout.on("end", () => void this.#lose());
    void runDetached(() => server.exited.wait()).then(() => this.#lose());
  }

  /** Reads it all the time: a full pipe would stop the server. */
  #readStderr({ stderr }: ServerProcess): void {
    const { onStderr } = this.#parameters;
    const decoder = new StringDecoder("utf8");
    stderr.on("data", (chunk: Buffer) => {
      this.#stderr.push(chunk);
      onStderr?.(decoder.write(chunk));
    });
  }

  /** The server has gone, or can be spoken to no more. */
  async #lose(cause?: Error): Promise<void> {
    const server = this.#process;
    if (this.#isLost || this.#isClosed || server === undefined) return;
    this.#isLost = true;
    this.#cause = cause;
    // Now, so that the calls that were never sent hear of that before all are told that the connection is lost.
    this.#queue?.fail(notConnected());
    // Its last answers may still be in the pipe, and the pipe may end before the process does.
    await moveOnAfter(LAST_WORDS, () => server.drained.wait());
    await this.close();
  }

  #finish(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#exit = this.#process?.exit;
    this.#queue?.fail(notConnected());
    this.onclose?.();
  }

  #readLine(line: string): void {
    if (this.#isClosed) return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      if (line.trim() !== "") this.#reportNotMcp(line);
      return;
    }
    // Revision 2025-03-26 lets a server put several into one array.
    for (const each of Array.isArray(message) ? (message as unknown[]) : [message]) {
      if (isMessage(each)) this.#receive(each);
      else this.#reportNotMcp(line);
    }
  }

  #readLongLine(head: string, tail: string): void {
    if (this.#isClosed) return;
    const found = longLineFinding(this.#parameters.messageLimit);
    const id = idOfLongLine(head, tail);
    if (id === "not a message") this.#reportNotMcp(head);
    else if (id === "not an answer") this.onerror?.(protocolError(found));
    // Whose answer it was cannot be told, so nobody's can be waited for.
    else if (id === undefined) void this.#lose(protocolError(found));
    else this.#receive({ jsonrpc: "2.0", id, error: { code: -32_000, message: found, data: answerTooLong } });
  }

  #receive(message: JSONRPCMessage): void {
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.onerror?.(error as Error);
    }
  }

  /** Once: a server that logs to its standard output would report each line. */
  #reportNotMcp(line: string): void {
    if (this.#notMcp !== undefined) return;
    this.#notMcp = notMcpFinding(line);
    this.onerror?.(protocolError(this.#notMcp));
  }
}

function protocolError(found: string): McpProtocolError {
  return new McpProtocolError("reading from the server process", found);
}

function notConnected(): SdkError {
  return new SdkError(SdkErrorCode.NotConnected, "sending a message to a server process that does not run");
}
