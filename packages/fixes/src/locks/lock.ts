/**
 * What a lock file says, whatever its format: every copy of every package that it resolved.
 *
 * @module
 */

/** Whose version scheme and whose names: npm's, or PyPI's. */
export type Ecosystem = "npm" | "pypi";

/** One copy of a package, as a lock file resolved it. */
export interface ResolvedCopy {
  readonly name: string;
  /** Null where the file names no release: a link, a repository, a range. */
  readonly version: string | null;
  /** Where in the tree the copy is, in the words of the format. */
  readonly path: string;
  /** Line of the file, from 1. */
  readonly line: number;
  /** Why `version` is null; null where it is not. */
  readonly note: string | null;
}

/** A lock file that has been read. */
export interface Lock {
  readonly format: string;
  readonly ecosystem: Ecosystem;
  readonly copies: readonly ResolvedCopy[];
}

/** A copy whose version is known. */
export function released(name: string, version: string, path: string, line: number): ResolvedCopy {
  return { name, version, path, line, note: null };
}

/** A copy that is no release of a registry, and what it is instead. */
export function unreleased(name: string, path: string, line: number, note: string): ResolvedCopy {
  return { name, version: null, path, line, note };
}

/** A value of a parsed file as a table; an empty one where it is something else. */
export function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A value of a parsed file as text; null where it is something else. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Maps an offset to a line, from 1, for offsets that are asked in rising order or not. */
export function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
