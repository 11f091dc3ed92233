/**
 * The answer to "which releases have this fix", as plain data. It is what a program prints as JSON, stores, and hands
 * to the check of a project: every field is always there, and a value that does not exist is null.
 *
 * @module
 */

/**
 * How sure an answer, or one piece of evidence, is. `certain`: named by its own hash, or copied with a trailer and the
 * same patch. `likely`: independent facts agree (author and date, subject, number). `possible`: a resemblance; it is
 * listed, and no release counts as fixed because of it.
 */
export type Confidence = "certain" | "likely" | "possible";

/** Why a commit counts as a copy of the fix. */
export type Evidence = "trailer" | "number" | "author-date" | "subject" | "patch-id";

/** The first release of a package that contains the fix. */
export interface FirstRelease {
  /** Tag of the lowest stable version that has the fix; null while there is none. */
  readonly stable: string | null;
  /** Tag of the lowest version that has the fix, pre-releases included; null while there is none. */
  readonly any: string | null;
  /** When `stable` (else `any`) was tagged, ISO 8601 in UTC; null while there is none. */
  readonly date: string | null;
  /** The same release and how many first-parent steps before its tag the commit lies: `v1.92.0~5`. */
  readonly describe: string | null;
}

/** A run of consecutive releases of one version line that have the fix. */
export interface FixInterval {
  /** The major version; for a package below 1.0.0 "0.minor". */
  readonly line: string;
  /** Tag of the first release of the run. */
  readonly from: string;
  /** Tag of the last release of the run. */
  readonly to: string;
  /** True when no later release of the line lacks the fix. */
  readonly open: boolean;
}

/** What one package of the repository has of the fix. */
export interface PackageAnswer {
  /** Name in its registry; null where the repository has no manifest. */
  readonly name: string | null;
  /** Packages of the same repository that pin this one to their own version. */
  readonly pinnedBy: readonly string[];
  /** The text before the version in the package's release tags; null where it has none. */
  readonly tagPrefix: string | null;
  readonly first: FirstRelease;
  /** By line, then by version. */
  readonly intervals: readonly FixInterval[];
  /** By line: the lowest stable tag from which every later stable release of the line has the fix; null: no such. */
  readonly safeFloor: Readonly<Record<string, string | null>>;
  /** By line: when the safe floor was tagged, ISO 8601 in UTC; null: no such. */
  readonly floorDates: Readonly<Record<string, string | null>>;
  /** By line, every line that has any: the tags of its stable releases, lowest version first. */
  readonly releases: Readonly<Record<string, readonly string[]>>;
}

/** A commit that carries the same change. */
export interface Backport {
  readonly commit: string;
  /** Tag of the lowest release that contains this commit; null while there is none. */
  readonly first: string | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** A commit that took the change out, or put it back in. */
export interface Reversal {
  readonly commit: string;
  /** The commit it undoes: the fix, a copy of it, or (for a re-application) a revert. */
  readonly reverts: string;
  /** False: this commit takes the fix out; true: it brings the fix back. */
  readonly reapplies: boolean;
  /** Tag of the lowest release that contains this commit; null while there is none. */
  readonly first: string | null;
}

/** A tag that was not read as a release, and why. */
export interface IgnoredTag {
  readonly tag: string;
  readonly reason: string;
}

/** Everything that is known about one fix. */
export interface FixAnswer {
  readonly query: string;
  /** The full hash of the commit; null where the query names none. */
  readonly commit: string | null;
  readonly confidence: Confidence;
  readonly packages: readonly PackageAnswer[];
  readonly backports: readonly Backport[];
  readonly reverts: readonly Reversal[];
  /** Tags that contain the fix and also a revert of it. */
  readonly containedButReverted: readonly string[];
  readonly ignoredTags: readonly IgnoredTag[];
}
