/**
 * One client of the closed loop: a connection of its own, kept alive, and at most one request on it at a time.
 *
 * @module
 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type buildConnector, Client, type Dispatcher } from "undici";
import { BodyScanner, type Finding } from "./body-scanner.ts";
import type { Plan } from "./options.ts";

/**
 * Why a request has no complete response. `refused`: there was no connection to be had. `reset`: the connection ended
 * before the response did. `timeout`: the last byte was not there in time. `other`: the rest, such as a response that is
 * not HTTP or a certificate that is not trusted.
 */
export type RequestFailure = "refused" | "reset" | "timeout" | "other";

/** A complete response. */
export interface Answer extends Finding {
  readonly status: number;
  /** From the start of the request, opening the connection included, to the last byte of the response. */
  readonly milliseconds: number;
}

/** What became of one request. */
export type RequestOutcome = Answer | { readonly failure: RequestFailure; readonly cause: unknown };

/** A client of its own for each connection, and not one pool, so that the number of sockets is exact. */
export class Connection {
  readonly #plan: Plan;
  readonly #client: Client;
  #socket: Socket | undefined;
  #socketError: NodeJS.ErrnoException | undefined;
  /** Why the request under way is ended early. */
  #ending: Error | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#client = new Client(plan.url.origin, {
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (target, callback) => this.#connect(target, callback),
    });
  }

  /**
   * Sends the planned request once. Does not reject: what goes wrong is an outcome too.
   *
   * **Cancellation:** by {@link endRequest}.
   */
  send(): Promise<RequestOutcome> {
    const { url, method, headers, body, signature, timeoutMs } = this.#plan;
    const { promise, resolve } = Promise.withResolvers<RequestOutcome>();
    const scanner = new BodyScanner(signature);
    const started = performance.now();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.endRequest(new Error(`no complete response after ${timeoutMs} ms`));
    }, timeoutMs);
    this.#ending = undefined;
    const settle = (outcome: RequestOutcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    let status = 0;
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {},
      // Called for interim responses as well; the last one counts.
      onResponseStart: (_controller, code) => {
        status = code;
      },
      onResponseData: (_controller, chunk) => scanner.push(chunk),
      onResponseEnd: () => {
        const milliseconds = performance.now() - started;
        // A response that lasts as long as its connection is taken for complete even when that was reset.
        const cause = this.#socketError;
        settle(cause === undefined ? { status, ...scanner.end(), milliseconds } : this.#failure(cause));
      },
      onResponseError: (_controller, cause) => settle(isLate ? { failure: "timeout", cause } : this.#failure(cause)),
    };
    const path = url.pathname + url.search;
    this.#client.dispatch({ path, method, headers, body }, handler);
    return promise;
  }

  /** Ends the request under way, in whatever state it is. */
  endRequest(reason: Error): void {
    this.#ending = reason;
    this.#socket?.destroy(reason);
  }

  /**
   * Closes the connection; resolves when its socket is gone.
   *
   * **Cancellation:** none; a socket closes at once.
   */
  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || socket.closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once("close", () => resolve());
    socket.destroy();
    await promise;
  }

  /** In place of the client's own way to connect, which nothing but its own time limit can end. */
  #connect(target: buildConnector.Options, callback: buildConnector.Callback): void {
    const socket = openSocket(target).setNoDelay();
    let isConnected = false;
    socket.once(target.protocol === "https:" ? "secureConnect" : "connect", () => {
      isConnected = true;
      callback(null, socket);
    });
    // Comes before what the client listens for, so the error is known by the time it says that a response has ended.
    socket.once("error", (error) => {
      this.#socketError = error;
      if (!isConnected) callback(error, null);
    });
    this.#socketError = undefined;
    this.#socket = socket;
    // The request was ended while the socket before this one was closing.
    if (this.#ending !== undefined) socket.destroy(this.#ending);
  }

  /** The socket knows best; the client may say of a response that was cut that it was malformed. */
  #failure(cause: NodeJS.ErrnoException): RequestOutcome {
    const { code } = this.#socketError ?? cause;
    const isEnded = this.#socket?.readableEnded === true;
    return { failure: failures.get(code) ?? (isEnded ? "reset" : "other"), cause };
  }
}

function openSocket({ protocol, hostname: host, port, servername }: buildConnector.Options): Socket {
  if (protocol === "http:") return connectTcp({ host, port: Number(port || 80) });
  return connectTls({
    host,
    port: Number(port || 443),
    servername: servername ?? (isIP(host) === 0 ? host : ""),
    // With HTTP/2 all requests would share one socket.
    ALPNProtocols: ["http/1.1"],
  });
}

const failures: ReadonlyMap<string | undefined, RequestFailure> = new Map([
  ["ECONNREFUSED", "refused"],
  ["EAI_AGAIN", "refused"],
  ["EHOSTUNREACH", "refused"],
  ["ENETUNREACH", "refused"],
  ["ENOTFOUND", "refused"],
  ["ECONNABORTED", "reset"],
  ["ECONNRESET", "reset"],
  ["EPIPE", "reset"],
  ["ETIMEDOUT", "timeout"],
]);
