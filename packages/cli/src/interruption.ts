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

/** A signal that aborts, with an {@link Interruption}, when the process is told to stop. */
export function interruptionSignal(): AbortSignal {
  const controller = new AbortController();
  const stopWith = (exitCode: number) => (): void => {
    if (controller.signal.aborted) process.exit(exitCode);
    controller.abort(new Interruption(exitCode));
  };
  process.on("SIGINT", stopWith(exitCodes.interrupted));
  process.on("SIGTERM", stopWith(exitCodes.terminated));
  return controller.signal;
}
