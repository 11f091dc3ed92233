/**
 * SIGINT and SIGTERM as an AbortSignal: the first asks the command to end what it has started, the second ends the
 * process.
 *
 * @module
 */
import { exitCodes } from "./exit-codes.ts";

/** Why a command was stopped from outside. */
export class Interruption {
  readonly exitCode: number;

  constructor(exitCode: number) {
    this.exitCode = exitCode;
  }
}

/** Listens to both signals until it is disposed. */
export class InterruptionListener implements Disposable {
  readonly #controller = new AbortController();
  readonly #onInterrupt = (): void => this.#stop(exitCodes.interrupted);
  readonly #onTerminate = (): void => this.#stop(exitCodes.terminated);

  constructor() {
    process.on("SIGINT", this.#onInterrupt);
    process.on("SIGTERM", this.#onTerminate);
  }

  /** Aborts, with an {@link Interruption}, when the process is told to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    process.off("SIGINT", this.#onInterrupt);
    process.off("SIGTERM", this.#onTerminate);
  }

  #stop(exitCode: number): void {
    if (this.signal.aborted) process.exit(exitCode);
    this.#controller.abort(new Interruption(exitCode));
  }
}
