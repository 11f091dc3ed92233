/**
 * The progress that servers report of calls. It is taken off the wire here, and not by the official client, which puts its
 * handlers off by a turn and so forgets what comes right before the answer.
 *
 * @module
 */
import { isSpecType, type JSONRPCMessage } from "@modelcontextprotocol/client";
import { runDetached } from "@holdfast/concurrency";

/** What a server reports of a call under way. */
export interface McpProgress {
  /** How far it has come; it grows from one report to the next. */
  readonly progress: number;
  /** What `progress` will be at the end; absent where the server does not know. */
  readonly total?: number;
  readonly message?: string;
}

/** The calls of one generation that want to hear of their progress. */
export class ProgressReports {
  readonly #handlers = new Map<number, (progress: McpProgress) => void>();
  #last = 0;

  /** Gives the token to ask for progress with, until it is disposed of. */
  register(handler: (progress: McpProgress) => void): Disposable & { readonly token: number } {
    this.#last += 1;
    const token = this.#last;
    this.#handlers.set(token, handler);
    return { token, [Symbol.dispose]: () => void this.#handlers.delete(token) };
  }

  /** Takes a message that is a report, and delivers it when its call still runs; false for any other message. */
  take(message: JSONRPCMessage): boolean {
    if (!("method" in message) || message.method !== "notifications/progress") return false;
    if (!isSpecType.ProgressNotification(message)) return true;
    const { progressToken, progress, total, message: text } = message.params;
    const handler = this.#handlers.get(Number(progressToken));
    const report = { progress, ...(total !== undefined && { total }), ...(text !== undefined && { message: text }) };
    if (handler !== undefined) tell(handler, Object.freeze(report));
    return true;
  }
}

/** Calls a handler of the user's outside every task. What it throws is its own affair, and so is what it promises. */
export function tell<T>(handler: (value: T) => unknown, value: T): void {
  runDetached(async () => await handler(value)).catch(() => {});
}
