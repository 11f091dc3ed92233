/**
 * The stack as a list of places: of which function, called by which.
 *
 * @module
 */

/** A frame of the stack, of which only these are read. */
export interface Site {
  getFileName(): string | null | undefined;
  getFunctionName(): string | null;
  getLineNumber(): number | null;
  getEnclosingLineNumber(): number | null;
  getEnclosingColumnNumber(): number | null;
  isAsync(): boolean;
}

export type Callable = (...args: never) => unknown;

/** Deep enough for the async frames of a test in its runner. */
const stackLength = 30;

/** The stack of the code that called `above`, a line a frame. */
export function stackAbove(above: Callable): () => string {
  const holder = { stack: "" };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.max(limit, stackLength);
  Error.captureStackTrace(holder, above);
  Error.stackTraceLimit = limit;
  // The text is made when it is first read.
  return () => holder.stack.slice(holder.stack.indexOf("\n") + 1);
}

/** The innermost frames of the code that called `above`, `limit` at most. */
export function callSites(above: Callable, limit: number): readonly Site[] {
  const format: typeof Error.prepareStackTrace = Reflect.get(Error, "prepareStackTrace");
  const usual = Error.stackTraceLimit;
  const holder: { stack?: unknown } = {};
  Error.stackTraceLimit = limit;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.captureStackTrace(holder, above);
  const { stack } = holder;
  Error.stackTraceLimit = usual;
  Error.prepareStackTrace = format;
  return Array.isArray(stack) ? (stack as Site[]) : [];
}

/** Where the text of the function begins: the same for all calls of it. */
export function keyOf(site: Site): string {
  return `${String(site.getFileName())}:${site.getEnclosingLineNumber()}:${site.getEnclosingColumnNumber()}`;
}

/** Where a frame stands, for a person. */
export function placeOf(site: Site): string {
  return `${String(site.getFileName()).split("/").at(-1)}:${site.getLineNumber()}`;
}
