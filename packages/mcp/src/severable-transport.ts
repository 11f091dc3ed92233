/**
 * The transport that the official client is given, around the real one. It adds what a shared connection needs and a
 * transport need not have: it can be cut off at once, a cancelled request lets go of its socket, and an answer that
 * can no longer come is told at once instead of being waited for.
 *
 * @module
 */
/* oxlint-disable unicorn/prefer-add-event-listener -- a Transport has callback properties and no events */
import type {
  JSONRPCMessage,
  JSONRPCRequest,
  MessageExtraInfo,
  RequestId,
  Transport,
  TransportSendOptions,
} from "@modelcontextprotocol/client";
import type { ProgressReports } from "./progress.ts";
import { type SendOptions, tellsSent } from "./send-options.ts";

/**
 * The `data` of the error that stands for a lost answer: no server can send this very object.
 *
 * The client has no other way to be told of one request's end, because a transport speaks to it in messages.
 */
export const answerLost: object = Object.freeze({});

/** JSON-RPC leaves -32000 to -32099 to implementations. */
const ANSWER_LOST_CODE = -32_000;

export class SeverableTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage, extra?: MessageExtraInfo) => void) | undefined;
  readonly setProtocolVersion: (version: string) => void;
  readonly setSupportedProtocolVersions: (versions: string[]) => void;
  readonly #inner: Transport;
  readonly #onLost: () => void;
  /**
   * Requests that were sent and not answered. Each is aborted to let go of its stream, where the real transport does not see to
   * that itself when it is given the cancellation.
   */
  readonly #requests = new Map<RequestId, AbortController | undefined>();
  readonly #tellsSent: boolean;
  readonly #progress: ProgressReports | undefined;
  #started: Promise<void> | undefined;
  #isSevered = false;

  /**
   * @param onLost called when the real transport says that it was closed from the other side.
   * @param progress takes the reports of progress; the client gets them when absent.
   */
  constructor(inner: Transport, onLost: () => void, progress?: ProgressReports) {
    this.#inner = inner;
    this.#tellsSent = tellsSent(inner);
    this.#progress = progress;
    this.#onLost = onLost;
    this.setProtocolVersion = (version) => inner.setProtocolVersion?.(version);
    this.setSupportedProtocolVersions = (versions) => inner.setSupportedProtocolVersions?.(versions);
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  /** Whether nothing more comes from it, because it was closed from either side. */
  get isSevered(): boolean {
    return this.#isSevered;
  }

  get hasPerRequestStream(): boolean {
    return this.#inner.hasPerRequestStream === true;
  }

  /** Starts the real transport, at the first call; who comes later waits for the same start. */
  start(): Promise<void> {
    return (this.#started ??= this.#start());
  }

  #start(): Promise<void> {
    this.#inner.onmessage = (message, extra) => {
      if (this.#progress?.take(message) === true) return;
      if (!("method" in message) && message.id !== undefined) this.#requests.delete(message.id);
      this.onmessage?.(message, extra);
    };
    this.#inner.onerror = (error) => this.onerror?.(error);
    this.#inner.onclose = () => {
      // Before the client hears of it: a call that it fails must find the loss on record.
      this.#onLost();
      this.sever();
    };
    return this.#inner.start();
  }

  send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    if (this.#isSevered) return Promise.reject(new Error("sending a message on a transport that was closed"));
    try {
      if ("method" in message && "id" in message) return this.#sendRequest(message, options);
      if ("method" in message && message.method === "notifications/cancelled") {
        this.#letGo(message.params?.["requestId"]);
      }
      return this.#inner.send(message, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Tells the client that the connection is closed, and keeps everything from it that the real transport still says. */
  sever(): void {
    if (this.#isSevered) return;
    this.#isSevered = true;
    this.#inner.onmessage = undefined;
    this.#inner.onerror = undefined;
    this.#inner.onclose = undefined;
    this.#requests.clear();
    this.onclose?.();
  }

  /** For the client, which closes after a failed handshake: cuts it off. To close is the owner's, by `closeInner()`. */
  close(): Promise<void> {
    this.sever();
    return Promise.resolve();
  }

  /** Closes the real transport. */
  async closeInner(): Promise<void> {
    this.sever();
    await this.#inner.close();
  }

  #sendRequest(message: JSONRPCRequest, options: TransportSendOptions): Promise<void> {
    const { id } = message;
    const sending = this.#tellsSent ? this.#toOurs(id, options) : this.#toForeign(id, options);
    return this.#inner.send(message, sending).catch((error: unknown) => {
      this.#requests.delete(id);
      throw error;
    });
  }

  /** A transport of ours says when a message leaves, and lets go of the request whose cancellation it is given. */
  #toOurs(id: RequestId, options: TransportSendOptions): SendOptions {
    this.#requests.set(id, undefined);
    return { ...options, onSent: onSentOf(options), onRequestStreamEnd: () => this.#streamEnded(id, options) };
  }

  #toForeign(id: RequestId, options: TransportSendOptions): SendOptions {
    const controller = new AbortController();
    this.#requests.set(id, controller);
    onSentOf(options)?.();
    const requestSignal = options.requestSignal ?? controller.signal;
    return { ...options, requestSignal, onRequestStreamEnd: () => this.#streamEnded(id, options) };
  }

  #streamEnded(id: RequestId, options: TransportSendOptions): void {
    options.onRequestStreamEnd?.();
    this.#answerLost(id);
  }

  #letGo(id: unknown): void {
    this.#requests.get(id as RequestId)?.abort();
    this.#requests.delete(id as RequestId);
  }

  #answerLost(id: RequestId): void {
    if (!this.#requests.delete(id)) return;
    const error = { code: ANSWER_LOST_CODE, message: "the stream ended before the answer came", data: answerLost };
    this.onmessage?.({ jsonrpc: "2.0", id, error });
  }
}

/** The one function that the client hands through from whoever makes the request; see `sentOptions()` of call-record.ts. */
function onSentOf(options: TransportSendOptions): (() => void) | undefined {
  return options.onresumptiontoken as (() => void) | undefined;
}
