/**
 * What can go wrong with a project that is checked or edited: its lock files and its manifests.
 *
 * @module
 */
import { nameOf } from "./error-name.ts";

/** Thrown when a project has nothing that says which versions are installed. */
export class LockMissingError extends Error {
  readonly code = "FIXES_LOCK_MISSING";
  readonly place: string;

  constructor(place: string) {
    super(
      `looking for the installed versions in ${place}: no lock file and no requirements file; run the package manager's install or lock command first, or name the directory that has one`,
    );
    this.place = place;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when a lock file is of a format or a version that cannot be read. */
export class LockUnreadableError extends Error {
  readonly code = "FIXES_LOCK_UNREADABLE";
  readonly path: string;

  /** @param advice what to do about it */
  constructor(path: string, found: string, advice: string, options?: ErrorOptions) {
    super(`reading ${path}: ${found}; ${advice}`, options);
    this.path = path;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when a manifest is not what its name says: no JSON, no TOML, no UTF-8. */
export class ManifestUnreadableError extends Error {
  readonly code = "FIXES_MANIFEST_UNREADABLE";
  readonly path: string;

  constructor(path: string, found: string, options?: ErrorOptions) {
    super(`reading ${path}: ${found}; correct the file first`, options);
    this.path = path;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when a manifest is no longer as it was when its edits were made; none of its edits is written. */
export class ManifestChangedError extends Error {
  readonly code = "FIXES_MANIFEST_CHANGED";
  readonly path: string;

  constructor(path: string, line: number, expected: string) {
    super(`editing ${path}: line ${line} no longer reads ${JSON.stringify(expected)}; make the edits anew`);
    this.path = path;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when the package manager did not write the lock; manifests and lock files are as they were then. */
export class LockFailedError extends Error {
  readonly code = "FIXES_LOCK_FAILED";
  readonly command: readonly string[];

  constructor(command: readonly string[], dir: string, found: string, options?: ErrorOptions) {
    super(
      `running ${command.join(" ")} in ${dir}: ${found}; every file is as it was: write without the lock and run it by hand to see why`,
      options,
    );
    this.command = command;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when two trees of a project cannot be made, because not all of it is in a commit. */
export class ProjectNotCommittedError extends Error {
  readonly code = "FIXES_PROJECT_NOT_COMMITTED";
  readonly dir: string;

  constructor(dir: string, found: string) {
    super(`making two trees of the project in ${dir}: ${found}`);
    this.dir = dir;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when the server that stands beside a reproduction does not come up. */
export class ServerNotStartedError extends Error {
  readonly code = "FIXES_SERVER_NOT_STARTED";
  readonly command: string;

  constructor(command: string, found: string) {
    super(`starting ${command}: ${found}`);
    this.command = command;
  }

  static {
    nameOf(this);
  }
}
