/**
 * Where a command prints, and how it says that it failed: one line on standard error.
 *
 * @module
 */
import { exitCodes } from "./exit-codes.ts";
import { Interruption } from "./interruption.ts";
import { terminalText } from "./terminal-text.ts";

/** The streams of a command; the process is one. */
export interface Console {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** A command line that makes no sense; its message goes to the user as it is. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Prints what went wrong and gives the exit code for it. */
export function failWith(error: unknown, { stderr }: Console): number {
  const interruption = interruptionOf(error);
  if (interruption !== undefined) return interruption.exitCode;
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof Error && "hint" in error && typeof error.hint === "string" ? `; ${error.hint}` : "";
  stderr.write(`holdfast: ${terminalText(message + hint)}\n`);
  // Bad arguments are native errors, by the rule of the house; everything else could not be had.
  return error instanceof UsageError || error instanceof RangeError || error instanceof TypeError
    ? exitCodes.usage
    : exitCodes.unavailable;
}

function interruptionOf(error: unknown): Interruption | undefined {
  if (error instanceof Interruption) return error;
  if (error instanceof Error && "reason" in error && error.reason instanceof Interruption) return error.reason;
  return undefined;
}
