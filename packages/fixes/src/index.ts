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
export { type FixesErrorCode, GitFailedError, HostError, QueryError, RepositoryError, SourceError } from "./errors.ts";
export { findFix, type FindFixOptions } from "./find.ts";
export { FixFinder, type FixFinderOptions } from "./fix-finder.ts";
export { findFixes, type FindFixesOptions, type FixOutcome } from "./batch.ts";
export { type HostMatch } from "./host/search.ts";
export { type FixCandidate } from "./search.ts";
export { type ShownCommit, type ShownFile } from "./show.ts";
export { type FindFixProgress } from "./progress.ts";
export { type Source } from "./source/open-source.ts";
export { type SourcePackage } from "./source/registry.ts";
export { type CheckOptions, checkProject, type CheckReport, type LockFile } from "./check.ts";
export { type CheckedCopy, type CheckedRequirement } from "./check-manifests.ts";
export { type Ecosystem, type Lock, type ResolvedCopy } from "./locks/lock.ts";
export { readLock } from "./locks/read-lock.ts";
export {
  LockFailedError,
  LockMissingError,
  LockUnreadableError,
  ManifestChangedError,
  ManifestUnreadableError,
  ProjectNotCommittedError,
  ServerNotStartedError,
} from "./project-errors.ts";
export { applyEdits, type ManifestEdit, type ManifestRefusal } from "./raise/edit.ts";
export { type FloorRaise, raiseFloor, type RaiseOptions } from "./raise/raise-floor.ts";
export { type LockCommand } from "./raise/lock-commands.ts";
export { dueCommands, writeRaise, type WriteRaiseOptions } from "./raise/write-raise.ts";
export { type Published } from "./verify/published.ts";
export { type TreeServer } from "./verify/tree-server.ts";
export { verifyFix, type VerifyFixOptions, type VerifyReport } from "./verify/verify-fix.ts";
export { type ReleaseCheck, type VerifiedReleases } from "./verify/verify-releases.ts";
export {
  type ComparedRun,
  type TreeCommand,
  type TreeRun,
  type VerifiedTrees,
  type VerifyProgress,
} from "./verify/verify-trees.ts";
