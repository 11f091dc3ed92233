/**
 * A transport that is looked at: what goes over it is counted, and questions of our own can be asked beside the client's.
 *
 * @module
 */
/* oxlint-disable unicorn/prefer-add-event-listener -- a Transport has callback properties and no events */
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type JSONRPCMessage,
  type JSONRPCResponse,
  type MessageExtraInfo,
  PROTOCOL_VERSION_META_KEY,
  type RequestId,
  type Transport,
  type TransportSendOptions,
} from "@modelcontextprotocol/client";
import { cancellable, runDetached } from "@holdfast/concurrency";
import { MODERN } from "../protocol.ts";

/** What stands before the ids of questions of our own, which the client never uses. */
const OWN = "doctor-";

/** A request as it is looked at. */
interface WatchedRequest {
  readonly method: string;
  answers: number;
}

export class WatchedTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage, extra?: MessageExtraInfo) => void) | undefined;
  /** The real one. */
  readonly inner: Transport;
  /** The client's requests by id. */
  readonly requests: Map<RequestId, WatchedRequest> = new Map();
  /** Answers to nothing that was asked. */
  strayAnswers = 0;
  /** Of each cancellation that was sent, whether the server took it. */
  readonly cancellations: Promise<boolean>[] = [];
  protocolVersion: string | undefined;
  /** Called with each request of the client's, right before it is handed on. */
  onRequest: ((method: string) => void) | undefined;
  readonly #asked = new Map<RequestId, (answer: JSONRPCResponse) => void>();
  #questions = 0;

  constructor(inner: Transport) {
    this.inner = inner;
  }

  get sessionId(): string | undefined {
    return this.inner.sessionId;
  }

  get hasPerRequestStream(): boolean {
    return this.inner.hasPerRequestStream === true;
  }

  readonly setProtocolVersion = (version: string): void => {
    this.protocolVersion = version;
    this.inner.setProtocolVersion?.(version);
  };

  readonly setSupportedProtocolVersions = (versions: string[]): void => {
    this.inner.setSupportedProtocolVersions?.(versions);
  };

  start(): Promise<void> {
    this.inner.onmessage = (message, extra) => {
      if (this.#isForUs(message)) return;
      this.onmessage?.(message, extra);
    };
    this.inner.onerror = (error) => this.onerror?.(error);
    this.inner.onclose = () => this.onclose?.();
    return this.inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!("method" in message)) return await this.inner.send(message, options);
    if ("id" in message) {
      this.requests.set(message.id, { method: message.method, answers: 0 });
      const sending = this.inner.send(message, options);
      this.onRequest?.(message.method);
      return await sending;
    }
    const sending = this.inner.send(message, options);
    if (message.method === "notifications/cancelled") this.cancellations.push(sending.then(isTaken, isRefused));
    return await sending;
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** How many requests of a method the client has sent. */
  count(method: string): number {
    return [...this.requests.values()].filter((request) => request.method === method).length;
  }

  /** How many requests were answered more than once. */
  get answeredTwice(): number {
    return [...this.requests.values()].filter(({ answers }) => answers > 1).length;
  }

  /**
   * Asks the server something that the client knows nothing of, and gives its answer, be that an error.
   *
   * **Cancellation:** gives the waiting up.
   *
   * @throws what sending throws.
   */
  async ask(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<JSONRPCResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<JSONRPCResponse>();
    this.#questions += 1;
    const id = `${OWN}${this.#questions}`;
    const message: JSONRPCMessage = { jsonrpc: "2.0", id, method, params: { ...params, ...this.#meta() } };
    const controller = new AbortController();
    this.#asked.set(id, resolve);
    const onRequestStreamEnd = (): void => reject(new Error("the answer's stream ended without it"));
    const sending = runDetached(() =>
      this.inner.send(message, { requestSignal: controller.signal, onRequestStreamEnd }),
    );
    sending.catch(reject);
    try {
      return await cancellable(promise);
    } finally {
      this.#asked.delete(id);
      runDetached(() => controller.abort());
    }
  }

  /** What each request of a revision without sessions has to say. */
  #meta(): object {
    const { protocolVersion = "" } = this;
    return protocolVersion < MODERN ? {} : { _meta: modernMeta(protocolVersion) };
  }

  #isForUs(message: JSONRPCMessage): boolean {
    if ("method" in message) return false;
    const { id } = message;
    const resolve = id === undefined ? undefined : this.#asked.get(id);
    if (resolve !== undefined) {
      resolve(message);
      return true;
    }
    // An answer that nobody waits for any more.
    if (typeof id === "string" && id.startsWith(OWN)) return true;
    const request = id === undefined ? undefined : this.requests.get(id);
    if (request === undefined) this.strayAnswers += 1;
    else request.answers += 1;
    return false;
  }
}

/** What a request says of itself, for questions that the client does not ask. */
export function modernMeta(version: string): Readonly<Record<string, unknown>> {
  return {
    [PROTOCOL_VERSION_META_KEY]: version,
    [CLIENT_INFO_META_KEY]: clientInfo,
    [CLIENT_CAPABILITIES_META_KEY]: {},
  };
}

const isTaken = (): boolean => true;
const isRefused = (): boolean => false;

/** What servers are told about who looks at them. */
export const clientInfo = { name: "holdfast-doctor", version: "0.1.0" } as const;
