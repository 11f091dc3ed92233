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
import { LinkedList } from "./linked-list.ts";
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
  /** Requests that a transport of others was given, and has not answered. */
  readonly #requests = new LinkedList<ForeignRequest>();
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
      if (!this.#tellsSent && !("method" in message) && message.id !== undefined) this.#forget(message.id);
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
    for (const request of this.#requests) this.#forget(request.id);
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
    // A transport of ours says when a message leaves, lets go of the request whose cancellation it is given, and rejects what it
    // was given when the answer cannot come.
    if (this.#tellsSent) {
      const sending: SendOptions = { ...options, onSent: onSentOf(options) };
      return this.#inner.send(message, sending);
    }
    const { id } = message;
    const request = new ForeignRequest(id, options, () => this.#answerLost(id));
    this.#requests.add(request);
    onSentOf(options)?.();
    return this.#inner.send(message, request).catch((error: unknown) => {
      this.#forget(id);
      throw error;
    });
  }

  #letGo(id: unknown): void {
    this.#forget(id)?.abort();
  }

  #answerLost(id: RequestId): void {
    if (this.#forget(id) === undefined) return;
    const error = { code: ANSWER_LOST_CODE, message: "the stream ended before the answer came", data: answerLost };
    this.onmessage?.({ jsonrpc: "2.0", id, error });
  }

  /** Most answers come in the order of their requests, and are found at once. */
  #forget(id: unknown): ForeignRequest | undefined {
    const link = this.#requests.find((request) => request.id === id);
    if (link !== undefined) this.#requests.remove(link);
    return link?.value;
  }
}

/** What a transport of others is given with a request. Few of them ask for its signal, so it is made when one does. */
class ForeignRequest implements TransportSendOptions {
  readonly id: RequestId;
  readonly relatedRequestId: TransportSendOptions["relatedRequestId"];
  readonly resumptionToken: TransportSendOptions["resumptionToken"];
  readonly onresumptiontoken: TransportSendOptions["onresumptiontoken"];
  readonly headers: TransportSendOptions["headers"];
  readonly #options: TransportSendOptions;
  readonly #onLost: () => void;
  #controller: AbortController | undefined = undefined;
  #isAborted = false;

  constructor(id: RequestId, options: TransportSendOptions, onLost: () => void) {
    this.id = id;
    this.relatedRequestId = options.relatedRequestId;
    this.resumptionToken = options.resumptionToken;
    this.onresumptiontoken = options.onresumptiontoken;
    this.headers = options.headers;
    this.#options = options;
    this.#onLost = onLost;
  }

  get requestSignal(): AbortSignal {
    if (this.#options.requestSignal !== undefined) return this.#options.requestSignal;
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  get onRequestStreamEnd(): () => void {
    return () => {
      this.#options.onRequestStreamEnd?.();
      this.#onLost();
    };
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }
}

/** The one function that the client hands through from whoever makes the request; see `sentOptions()` of call-record.ts. */
function onSentOf(options: TransportSendOptions): (() => void) | undefined {
  return options.onresumptiontoken as (() => void) | undefined;
}
