/**
 * What can go wrong on the way from a commit to an answer. Each message says what was attempted, what was found and
 * what to do instead; text that came from a repository is in it as it was, and is escaped by whoever prints it.
 *
 * @module
 */
import { nameOf } from "./error-name.ts";

/**
 * The codes of this package's errors. Those of a repository and of a query:
 *
 * - `FIXES_CLONE_FAILED`: a repository could not be cloned, and there is no earlier clone of it.
 * - `FIXES_COMMIT_AMBIGUOUS`: several commits begin like the one that was asked for.
 * - `FIXES_COMMIT_NOT_FOUND`: nothing in the clone is what was asked for.
 * - `FIXES_HOST_FAILED`: the API of the repository's host could not be asked, or gave no answer that can be read.
 * - `FIXES_HOST_LIMITED`: the API of the repository's host answers no more questions for a while.
 * - `FIXES_NO_COMMITS`: the repository has no commit yet.
 * - `FIXES_NOT_A_REPOSITORY`: there is no git repository at the path.
 * - `FIXES_OFFLINE`: the answer needs the network, which may not be used.
 * - `FIXES_PACKAGE_NOT_FOUND`: the registry has no such package, or does not say where its repository is.
 * - `FIXES_QUERY_UNREADABLE`: what was asked for is no commit, number or URL, or a text without a word.
 * - `FIXES_SHALLOW_CLONE`: the clone has only a part of the history, which cannot answer.
 * - `FIXES_URL_REFUSED`: what was named is no directory, no URL that git may be given, and no package.
 */
export type FixesErrorCode =
  | "FIXES_CLONE_FAILED"
  | "FIXES_COMMIT_AMBIGUOUS"
  | "FIXES_COMMIT_NOT_FOUND"
  | "FIXES_GIT_FAILED"
  | "FIXES_HOST_FAILED"
  | "FIXES_HOST_LIMITED"
  | "FIXES_LOCK_FAILED"
  | "FIXES_LOCK_MISSING"
  | "FIXES_LOCK_UNREADABLE"
  | "FIXES_MANIFEST_CHANGED"
  | "FIXES_MANIFEST_UNREADABLE"
  | "FIXES_NO_COMMITS"
  | "FIXES_NOT_A_REPOSITORY"
  | "FIXES_OFFLINE"
  | "FIXES_PACKAGE_NOT_FOUND"
  | "FIXES_PROJECT_NOT_COMMITTED"
  | "FIXES_QUERY_UNREADABLE"
  | "FIXES_SERVER_NOT_STARTED"
  | "FIXES_SHALLOW_CLONE"
  | "FIXES_URL_REFUSED";

/** Thrown when git itself fails or cannot be started. */
export class GitFailedError extends Error {
  readonly code = "FIXES_GIT_FAILED";
  /** What git wrote to its error stream, the end of it. */
  readonly complaint: string;

  constructor(command: string, complaint: string, options?: ErrorOptions) {
    super(
      `running git ${command}: ${complaint || "it said nothing"}; run the same command by hand to see why`,
      options,
    );
    this.complaint = complaint;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when the repository cannot give an honest answer: it is none, has no commits, or is cut off. */
export class RepositoryError extends Error {
  readonly code: "FIXES_NO_COMMITS" | "FIXES_NOT_A_REPOSITORY" | "FIXES_SHALLOW_CLONE";

  constructor(code: RepositoryError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when a query names no commit, or more than one. */
export class QueryError extends Error {
  readonly code: "FIXES_COMMIT_AMBIGUOUS" | "FIXES_COMMIT_NOT_FOUND" | "FIXES_QUERY_UNREADABLE";
  readonly query: string;

  constructor(code: QueryError["code"], query: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.query = query;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when a repository cannot be had: its name is refused, its package is not known, or it cannot be cloned. */
export class SourceError extends Error {
  readonly code: "FIXES_CLONE_FAILED" | "FIXES_OFFLINE" | "FIXES_PACKAGE_NOT_FOUND" | "FIXES_URL_REFUSED";

  constructor(code: SourceError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    nameOf(this);
  }
}

/** Thrown when the API of a repository's host gives no answer. */
export class HostError extends Error {
  readonly code: "FIXES_HOST_FAILED" | "FIXES_HOST_LIMITED";

  constructor(code: HostError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    nameOf(this);
  }
}
