/**
 * What goes wrong with requests, as programs see it.
 *
 * @module
 */

/**
 * A way in which a request fails. `refused`: the server is not reached. `reset` and `timeout`: it is, and does what was asked,
 * but its answer is lost. A number is the status of an answer without a body, by a server that does nothing.
 */
export type Fault = "refused" | "reset" | "timeout" | number;

/** Whether the server does what it was asked though the request fails. */
export function isReached(fault: Fault): boolean {
  return fault === "reset" || fault === "timeout";
}

/** The error that a request fails with; undefined for a fault that is an answer. */
export function errorOf(fault: Fault): Error | undefined {
  switch (fault) {
    case "refused":
      return systemError("connect", "ECONNREFUSED");
    case "reset":
      return systemError("read", "ECONNRESET");
    case "timeout":
      return Object.assign(new Error("Headers Timeout Error"), {
        name: "HeadersTimeoutError",
        code: "UND_ERR_HEADERS_TIMEOUT",
      });
    default:
      return undefined;
  }
}

function systemError(syscall: string, code: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

/** @throws RangeError for what is none. */
export function checkFaults(faults: readonly Fault[]): void {
  for (const fault of faults) {
    const isStatus = Number.isInteger(fault) && (fault as number) >= 200 && (fault as number) <= 599;
    if (isStatus || errorOf(fault) !== undefined) continue;
    throw new RangeError(
      `a fault of lab.respond() is refused, reset, timeout or a status from 200 to 599, and ${JSON.stringify(fault)} is none`,
    );
  }
}
