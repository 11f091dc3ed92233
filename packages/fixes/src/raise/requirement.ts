/**
 * A requirement that a manifest states, before anything is decided about it.
 *
 * @module
 */
import type { Dialect } from "./raise-range.ts";

/** One requirement of a manifest, wherever it stands. */
export interface Requirement {
  readonly package: string;
  readonly table: string;
  readonly range: string;
  /** Where the range starts in the file's text. */
  readonly offset: number;
  readonly dialect: Dialect;
  /** Why it cannot be raised here, with what to do; null where it can. */
  readonly obstacle: string | null;
}
