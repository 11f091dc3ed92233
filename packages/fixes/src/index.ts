/**
 * Which releases have a fix, whether a project is affected, and the smallest raise of its floor.
 *
 * @module
 */
export {
  type Backport,
  type Confidence,
  type Evidence,
  type FirstRelease,
  type FixAnswer,
  type FixInterval,
  type IgnoredTag,
  type PackageAnswer,
  type Reversal,
} from "./answer.ts";
export { type FixesErrorCode, GitFailedError, QueryError, RepositoryError } from "./errors.ts";
export { findFix, type FindFixOptions } from "./find.ts";
export { type FindFixProgress, FixFinder, type FixFinderOptions } from "./fix-finder.ts";
export { type CheckedCopy, type CheckOptions, checkProject, type CheckReport, type LockFile } from "./check.ts";
export { type Ecosystem, type Lock, type ResolvedCopy } from "./locks/lock.ts";
export { readLock } from "./locks/read-lock.ts";
export {
  LockMissingError,
  LockUnreadableError,
  ManifestChangedError,
  ManifestUnreadableError,
} from "./project-errors.ts";
export { applyEdits, type ManifestEdit, type ManifestRefusal } from "./raise/edit.ts";
export { type FloorRaise, raiseFloor } from "./raise/raise-floor.ts";
