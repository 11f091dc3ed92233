/**
 * A server process that no client stands above: what it writes, and how it ends.
 *
 * @module
 */
import { StringDecoder } from "node:string_decoder";
import type { JSONRPCMessage, JSONRPCResponse, RequestId } from "@modelcontextprotocol/client";
import { cancellable, currentTime, failAfter, moveOnAfter, runDetached, shielded } from "@holdfast/concurrency";
import { LineReader } from "../stdio/line-reader.ts";
import { isMessage } from "../stdio/messages.ts";
import { ProcessGroup } from "../stdio/process-group.ts";
import type { ServerCommand } from "../stdio/server-command.ts";
import { ServerProcess } from "../stdio/server-process.ts";
import { clientInfo } from "./watched-transport.ts";

/** How a process has ended that was asked to. */
export interface ProcessEnding {
  /** What it took: the end of its input, SIGTERM, or SIGKILL. */
  readonly by: "input" | "SIGKILL" | "SIGTERM";
  readonly ms: number;
  /** Whether others that it had started were still there when it had ended. */
  readonly leftOthers: boolean;
}

const LINE_LIMIT = 64 * 1_024 * 1_024;
/** How long what is killed may take to be gone, in milliseconds. */
const KILL_LIMIT = 1_000;

/** One process. Ending it is part of the examination; disposing it sees to it that it is gone. */
export class RawProcess implements AsyncDisposable {
  readonly #process: ServerProcess;
  readonly #limit: number;
  readonly #asked = new Map<RequestId, (answer: JSONRPCResponse | undefined) => void>();
  /** The first line of standard output that is no message, and how many there were. */
  noise: string | undefined;
  noiseLines = 0;
  /** How much it wrote to its standard error, in bytes, and the first line of that. */
  stderrBytes = 0;
  stderrHead = "";

  /**
   * Call it outside every task.
   *
   * @param limit milliseconds that each answer may take.
   * @throws ServerStartError for a command that no system would run.
   */
  constructor(command: ServerCommand, limit: number) {
    const server = new ServerProcess(command);
    const lines = new LineReader(LINE_LIMIT, {
      onLine: (line) => this.#read(line),
      onLongLine: (head) => this.#noise(head),
    });
    const decoder = new StringDecoder("utf8");
    this.#process = server;
    this.#limit = limit;
    for (const stream of [server.stdin, server.stdout, server.stderr]) stream.on("error", () => {});
    server.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
    server.stderr.on("data", (chunk: Buffer) => {
      this.stderrBytes += chunk.length;
      if (!this.stderrHead.includes("\n")) this.stderrHead += decoder.write(chunk);
    });
    void server.drained.wait().then(() => {
      for (const resolve of this.#asked.values()) resolve(undefined);
    });
  }

  /**
   * Starts one and waits until it runs.
   *
   * **Cancellation:** ends what was started.
   *
   * @throws ServerStartError.
   */
  static async start(command: ServerCommand, limit: number): Promise<RawProcess> {
    const raw = runDetached(() => new RawProcess(command, limit));
    try {
      await cancellable(raw.#process.started);
      return raw;
    } catch (error) {
      await raw[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Whether it still runs. */
  get isRunning(): boolean {
    return !this.#process.exited.isSet;
  }

  /**
   * Asks it something, and gives its answer; undefined when it ended instead.
   *
   * **Cancellation:** gives the waiting up.
   *
   * @throws TimeoutError.
   */
  async ask(method: string, params: Readonly<Record<string, unknown>>): Promise<JSONRPCResponse | undefined> {
    const { promise, resolve } = Promise.withResolvers<JSONRPCResponse | undefined>();
    const id = method;
    this.#asked.set(id, resolve);
    if (this.#process.drained.isSet) resolve(undefined);
    this.#write({ jsonrpc: "2.0", id, method, params });
    return await failAfter(this.#limit, () => cancellable(promise));
  }

  /**
   * Shakes hands, and gives the answer; undefined when it ended instead.
   *
   * **Cancellation:** gives it up.
   *
   * @throws TimeoutError.
   */
  async initialize(protocolVersion: string): Promise<JSONRPCResponse | undefined> {
    const answer = await this.ask("initialize", { protocolVersion, capabilities: {}, clientInfo });
    if (answer !== undefined && "result" in answer)
      this.#write({ jsonrpc: "2.0", method: "notifications/initialized" });
    return answer;
  }

  /**
   * Ends it as clients do: by the end of its input, then by SIGTERM, then by SIGKILL, each after `patience` milliseconds.
   *
   * **Cancellation:** leaves the rest to the disposal.
   */
  async end(patience: number): Promise<ProcessEnding> {
    const server = this.#process;
    const group = new ProcessGroup(server.pid ?? 0);
    const begun = currentTime();
    const ended = (by: ProcessEnding["by"]): ProcessEnding => {
      return { by, ms: currentTime() - begun, leftOthers: by === "input" && group.isAlive };
    };
    runDetached(() => server.stdin.end());
    await moveOnAfter(patience, () => server.exited.wait());
    if (server.exited.isSet) return ended("input");
    group.signal("SIGTERM");
    await moveOnAfter(patience, () => server.exited.wait());
    if (server.exited.isSet) return ended("SIGTERM");
    group.signal("SIGKILL");
    await moveOnAfter(KILL_LIMIT, () => server.exited.wait());
    return ended("SIGKILL");
  }

  /** Ends it and all that it has started. */
  async [Symbol.asyncDispose](): Promise<void> {
    await shielded(() => runDetached(() => this.#process.end(KILL_LIMIT)));
  }

  #write(message: JSONRPCMessage): void {
    runDetached(() => this.#process.stdin.write(`${JSON.stringify(message)}\n`));
  }

  #read(line: string): void {
    if (line.trim() === "") return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      this.#noise(line);
      return;
    }
    for (const each of Array.isArray(message) ? (message as unknown[]) : [message]) {
      if (!isMessage(each)) this.#noise(line);
      else if (!("method" in each) && each.id !== undefined) this.#asked.get(each.id)?.(each);
    }
  }

  #noise(line: string): void {
    this.noise ??= line;
    this.noiseLines += 1;
  }
}
