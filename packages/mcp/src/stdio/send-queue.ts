/**
 * The one queue of what a process is to read: in order, as fast as it reads and no faster.
 *
 * @module
 */
import type { Writable } from "node:stream";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/client";

interface Entry {
  /** Of a request. */
  readonly id: RequestId | undefined;
  readonly text: string;
  readonly onSent: (() => void) | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What is written at once, in characters: as much as a pipe holds. What is written cannot be taken back. */
const BATCH = 65_536;

const resolved = Promise.resolve();

/**
 * Writes messages to a process, one a line. Those sent in one turn are written together, because the system call costs
 * more than the message; those that the process is too slow for wait here, where they can still be cancelled.
 */
export class SendQueue {
  readonly #stdin: Writable;
  readonly #entries: Entry[] = [];
  #isScheduled = false;
  #isBlocked = false;
  #failure: Error | undefined;

  constructor(stdin: Writable) {
    this.#stdin = stdin;
    stdin.on("drain", () => {
      this.#isBlocked = false;
      this.#flush();
    });
  }

  /**
   * Takes a message, and resolves when it was handed to the system, or taken back by the cancellation of its request.
   *
   * @param onSent called right before it is written; it must not throw.
   *
   * **Cancellation:** none of its own; a scope is not felt here.
   *
   * @throws the error given to {@link fail}: then nothing of the message was written.
   */
  send(message: JSONRPCMessage, onSent?: () => void): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = "method" in message && "id" in message ? message.id : undefined;
    if (isCancellation(message) && this.#takeBack(message.params?.["requestId"])) return resolved;
    const text = `${JSON.stringify(message)}\n`;
    return new Promise((resolve, reject) => {
      this.#entries.push({ id, text, onSent, resolve, reject });
      if (this.#isScheduled || this.#isBlocked) return;
      this.#isScheduled = true;
      void resolved.then(() => {
        this.#isScheduled = false;
        this.#flush();
      });
    });
  }

  /** Refuses what waits and all that comes. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#entries.splice(0)) reject(this.#failure);
  }

  /** The server has not seen the request, and need not hear of its cancellation either. */
  #takeBack(id: unknown): boolean {
    const index = this.#entries.findIndex((entry) => entry.id !== undefined && entry.id === id);
    if (index === -1) return false;
    this.#entries.splice(index, 1)[0]?.resolve();
    return true;
  }

  #flush(): void {
    while (!this.#isBlocked && this.#entries.length > 0) {
      let text = "";
      let count = 0;
      for (const entry of this.#entries) {
        if (count > 0 && text.length + entry.text.length > BATCH) break;
        text += entry.text;
        count += 1;
      }
      const written = this.#entries.splice(0, count);
      for (const { onSent } of written) onSent?.();
      this.#isBlocked = !this.#stdin.write(text);
      for (const { resolve } of written) resolve();
    }
  }
}

function isCancellation(message: JSONRPCMessage): message is Extract<JSONRPCMessage, { method: string }> {
  return "method" in message && message.method === "notifications/cancelled";
}
