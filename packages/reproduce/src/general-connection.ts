/**
 * A connection by a client that knows all of HTTP/1.1: over TLS, and for responses in chunks, compressed, or without a
 * length, such as streams of events.
 *
 * @module
 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { type buildConnector, Client, type Dispatcher } from "undici";
import type { AdoptedSocket } from "./adopted-socket.ts";
import { BodyDecoder } from "./body-decoder.ts";
import type { Signature } from "./body-scanner.ts";
import { failureOf, type RequestOutcome } from "./outcome.ts";
import type { WireRequest } from "./request.ts";

/** A client of its own for each connection, and not one pool, so that the number of sockets is exact. */
export class GeneralConnection {
  readonly #signature: Signature;
  readonly #onOutcome: (outcome: RequestOutcome) => void;
  readonly #client: Client;
  #adopted: AdoptedSocket | undefined;
  #socket: Duplex | undefined;
  #socketError: NodeJS.ErrnoException | undefined;
  /** Why the request under way is ended early. */
  #ending: Error | undefined;

  /** @param adopted the socket to begin with; what is sent first counts as sent, and its response as begun. */
  constructor(
    origin: URL,
    signature: Signature,
    onOutcome: (outcome: RequestOutcome) => void,
    adopted?: AdoptedSocket,
  ) {
    this.#signature = signature;
    this.#onOutcome = onOutcome;
    this.#adopted = adopted;
    this.#client = new Client(origin.origin, {
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (target, callback) => this.#connect(target, callback),
    });
  }

  /** Sends a request, which counts from `started` on. */
  send({ url, method, headers, body }: WireRequest, started: number): void {
    this.#ending = undefined;
    let status = 0;
    let location: string | undefined;
    let decoder: BodyDecoder | undefined;
    let isOver = false;
    const settle = (outcome: RequestOutcome): void => {
      if (isOver) return;
      isOver = true;
      decoder?.drop();
      this.#onOutcome(outcome);
    };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {},
      // Called for interim responses as well; the last one counts.
      onResponseStart: (_controller, code, fields) => {
        status = code;
        location = textOf(fields["location"]);
        decoder = new BodyDecoder(
          this.#signature,
          textOf(fields["content-type"]) ?? "",
          textOf(fields["content-encoding"]) ?? "",
        );
      },
      onResponseData: (controller, chunk) => {
        const drained = decoder?.push(chunk);
        if (drained === undefined) return;
        controller.pause();
        void drained.then(() => controller.resume());
      },
      onResponseEnd: () => {
        const milliseconds = performance.now() - started;
        this.#endAdoption();
        // A response that lasts as long as its connection is taken for complete even when that was reset.
        const cause = this.#socketError;
        if (cause !== undefined) return settle(this.#failure(cause));
        if (decoder === undefined) return settle({ failure: "other", cause: new Error("there was no response") });
        void decoder.end().then((found) => {
          if (found instanceof Error) settle({ failure: "other", cause: found });
          else settle({ status, location, ...found, milliseconds });
        });
        return undefined;
      },
      onResponseError: (_controller, cause) => {
        this.#endAdoption();
        settle(this.#failure(cause));
      },
    };
    this.#client.dispatch({ path: url.pathname + url.search, method, headers, body }, handler);
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
    const adopted = this.#adopted;
    this.#socketError = undefined;
    if (adopted?.isSwallowing === true && this.#socket === undefined) {
      this.#listen(adopted);
      // Not at once: the client does not expect a connection while it is still asking for one.
      return queueMicrotask(() => {
        const error = this.#ending ?? this.#socketError;
        if (error !== undefined) adopted.destroy();
        // The client uses of a socket what any duplex has.
        if (error === undefined) callback(null, adopted as unknown as Socket);
        else callback(error, null);
      });
    }
    const socket = openSocket(target).setNoDelay();
    let isConnected = false;
    socket.once(target.protocol === "https:" ? "secureConnect" : "connect", () => {
      isConnected = true;
      callback(null, socket);
    });
    // Comes before what the client listens for, so the error is known by the time it says that a response has ended.
    this.#listen(socket, (error) => {
      if (!isConnected) callback(error, null);
    });
    // The request was ended while the socket before this one was closing.
    if (this.#ending !== undefined) socket.destroy(this.#ending);
    return undefined;
  }

  #listen(socket: Duplex, onError: (error: Error) => void = () => {}): void {
    this.#socket = socket;
    socket.once("error", (error) => {
      this.#socketError = error;
      onError(error);
    });
  }

  /** From the second request on, what is written is sent. */
  #endAdoption(): void {
    if (this.#adopted !== undefined) this.#adopted.isSwallowing = false;
    this.#adopted = undefined;
  }

  /** The socket knows best; the client may say of a response that was cut that it was malformed. */
  #failure(cause: NodeJS.ErrnoException): RequestOutcome {
    const isEnded = this.#socket?.readableEnded === true;
    return { failure: failureOf(this.#socketError ?? cause) ?? (isEnded ? "reset" : "other"), cause };
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

function textOf(field: string | readonly string[] | undefined): string | undefined {
  return typeof field === "object" ? field.join(", ") : field;
}
