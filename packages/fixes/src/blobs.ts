/**
 * File contents that a clone may lack. Git would fetch each one by itself as it is read, a round trip a file; here all
 * that a step needs are fetched at once, before it begins.
 *
 * @module
 */
import { GitFailedError } from "./errors.ts";
import { runGit, tryGit } from "./git.ts";
import { runTransfer } from "./source/transfer.ts";

/** Whose clone it is, and whether it may be added to. */
export interface BlobOptions {
  /** The clone is one of ours, and the network may be used; any other clone is never written to. */
  readonly mayFetch: boolean;
  /** Told once, in words, when contents are missing and are not fetched. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

const none = /^0+$/;
const submodule = "160000";

/** The file contents of one clone. */
export class BlobAccess {
  readonly #dir: string;
  readonly #options: BlobOptions;
  #isPartial: boolean | undefined;
  #hasWarned = false;

  constructor(dir: string, options: BlobOptions) {
    this.#dir = dir;
    this.#options = options;
  }

  /**
   * Makes sure that blobs can be read without a fetch for each; false when some are missing, and then reading them
   * would have git fetch them after all.
   *
   * **Cancellation:** an aborted signal ends git and rejects with its reason.
   */
  async ensure(ids: Iterable<string>, signal?: AbortSignal): Promise<boolean> {
    const wanted = [...new Set(ids)];
    if (wanted.length === 0 || !(await this.#lacksSome(signal))) return true;
    const input = wanted.map((id) => `${id}\n`).join("");
    const options = { cwd: this.#dir, signal, input };
    // The one question about an object that does not have git fetch it: it fails on the first that is not there.
    const present = ["rev-list", "--objects", "--missing=print", "--no-walk", "--stdin"];
    if ((await tryGit(present, options)) !== null) return true;
    if (!this.#options.mayFetch) return this.#warn("nothing may be fetched into it");
    const flags = ["--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--filter=blob:none", "--stdin"];
    try {
      await runTransfer(["fetch", "-q", ...flags, "origin"], { ...options, transfer: "fetch", isForObjects: true });
      return true;
    } catch (error) {
      if (!(error instanceof GitFailedError)) throw error;
      return this.#warn(error.message);
    }
  }

  /**
   * Makes sure that the patches of commits can be read without a fetch for each file; false as for `ensure`.
   *
   * **Cancellation:** an aborted signal ends git and rejects with its reason.
   */
  async ensurePatches(hashes: Iterable<string>, signal?: AbortSignal): Promise<boolean> {
    if (!(await this.#lacksSome(signal))) return true;
    const input = [...hashes].map((hash) => `${hash}\n`).join("");
    const args = ["diff-tree", "--stdin", "-r", "--raw", "--root", "--no-renames", "--no-abbrev", "--no-commit-id"];
    const raw = await runGit(args, { cwd: this.#dir, signal, input });
    const ids = raw.split("\n").flatMap((line) => {
      const [before = "", after, old = "", now = ""] = line.split(" ");
      if (!before.startsWith(":")) return [];
      return [...(before === `:${submodule}` ? [] : [old]), ...(after === submodule ? [] : [now])];
    });
    return await this.ensure(
      ids.filter((id) => !none.test(id)),
      signal,
    );
  }

  async #lacksSome(signal: AbortSignal | undefined): Promise<boolean> {
    const args = ["config", "--get-regexp", String.raw`^remote\..*\.promisor$`];
    this.#isPartial ??= (await tryGit(args, { cwd: this.#dir, signal })) !== null;
    return this.#isPartial;
  }

  #warn(why: string): false {
    if (!this.#hasWarned) {
      this.#options.onWarning?.(
        `the clone was made without file contents, and ${why}: packages are not named and patches not compared where they are missing; name the URL of the repository instead of its directory, or go online`,
      );
    }
    this.#hasWarned = true;
    return false;
  }
}
