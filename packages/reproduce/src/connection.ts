/**
 * One client of the load: a connection of its own, kept alive, and at most one request on it at a time.
 *
 * @module
 */
import type { AdoptedSocket } from "./adopted-socket.ts";
import { GeneralConnection } from "./general-connection.ts";
import type { Plan } from "./options.ts";
import type { RequestOutcome } from "./outcome.ts";
import { PlainConnection } from "./plain-connection.ts";
import type { WireRequest } from "./request.ts";

/** Sends a request, and tells what became of it; never throws, as what goes wrong is an outcome too. */
export interface RequestClient {
  /** @param started from when on it counts, by `performance.now()`. */
  send(request: WireRequest, started: number, onOutcome: (outcome: RequestOutcome) => void): void;
  /** Ends the request under way, in whatever state it is; its outcome is told. */
  endRequest(reason: Error): void;
  /**
   * Closes the connection; resolves when its socket is gone.
   *
   * **Cancellation:** none; a socket closes at once.
   */
  close(): Promise<void>;
}

/** Begins with the quick way where there is one, and turns to the general one with the first response that takes it. */
export class Connection implements RequestClient {
  readonly #plan: Plan;
  readonly #origin: URL;
  readonly #plain: PlainConnection | undefined;
  #general: GeneralConnection | undefined;
  #request: WireRequest | undefined;
  #started = 0;
  #onOutcome: ((outcome: RequestOutcome) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tooLate: Error | undefined;

  constructor(plan: Plan, origin: URL) {
    this.#plan = plan;
    this.#origin = origin;
    if (plan.isPlain && origin.protocol === "http:") {
      this.#plain = new PlainConnection(origin, plan.signature, {
        onOutcome: (outcome) => this.#settle(outcome),
        onHandOver: (socket) => this.#handOver(socket),
      });
    } else {
      this.#general = this.#openGeneral();
    }
  }

  send(request: WireRequest, started: number, onOutcome: (outcome: RequestOutcome) => void): void {
    this.#request = request;
    this.#started = started;
    this.#onOutcome = onOutcome;
    this.#tooLate = undefined;
    // One timer for all requests: a new one for each would cost as much as reading the response.
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#expire(), this.#plan.timeoutMs);
    else this.#timer.refresh();
    (this.#general ?? this.#plain)?.send(request, started);
  }

  endRequest(reason: Error): void {
    if (this.#onOutcome !== undefined) (this.#general ?? this.#plain)?.endRequest(reason);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all([this.#plain?.close(), this.#general?.close()]);
  }

  #expire(): void {
    this.#tooLate = new Error(`no complete response after ${this.#plan.timeoutMs} ms`);
    this.endRequest(this.#tooLate);
  }

  #settle(outcome: RequestOutcome): void {
    const onOutcome = this.#onOutcome;
    this.#onOutcome = undefined;
    const tooLate = this.#tooLate;
    onOutcome?.("failure" in outcome && tooLate !== undefined ? { failure: "timeout", cause: tooLate } : outcome);
  }

  #openGeneral(adopted?: AdoptedSocket): GeneralConnection {
    const onOutcome = (outcome: RequestOutcome): void => this.#settle(outcome);
    return new GeneralConnection(this.#origin, this.#plan.signature, onOutcome, adopted);
  }

  #handOver(socket: AdoptedSocket): void {
    this.#general = this.#openGeneral(socket);
    if (this.#request !== undefined) this.#general.send(this.#request, this.#started);
  }
}
