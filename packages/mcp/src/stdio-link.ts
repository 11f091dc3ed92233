/**
 * A server as a child process, which speaks over standard input and output.
 *
 * @module
 */
import type { OpenLink } from "./link.ts";
import { type StdioParameters, StdioTransport } from "./stdio/stdio-transport.ts";

/** The parameters that can be left out. */
type Limits = Pick<StdioParameters, "messageLimit" | "stderrLimit">;

/** Some hundred and sixty lines, a stack trace and more. */
const STDERR_LIMIT = 16_384;
/** More than any answer that a model could read, and less than what fills the memory of a small machine. */
const MESSAGE_LIMIT = 64 * 1_024 * 1_024;

/** Links to a process of its own for each generation. */
export function stdioLink(parameters: Omit<StdioParameters, keyof Limits> & Partial<Limits>): OpenLink {
  const { stderrLimit, messageLimit, onStderr } = parameters;
  if (onStderr !== undefined && typeof onStderr !== "function") throw new TypeError("onStderr is a function");
  const complete: StdioParameters = {
    ...parameters,
    stderrLimit: readLimit("stderrLimit", stderrLimit ?? STDERR_LIMIT),
    messageLimit: readLimit("messageLimit", messageLimit ?? MESSAGE_LIMIT),
  };
  return () => {
    const transport = new StdioTransport(complete);
    return { transport, process: () => transport.report() };
  };
}

function readLimit(what: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`${what} is a whole number of bytes from 0 up, and ${String(value)} is not`);
}
