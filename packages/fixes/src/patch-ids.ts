/**
 * Git's identities of patches, kept: the same for two commits that change the same lines in the same way.
 *
 * @module
 */
import { runGit } from "./git.ts";
import type { History } from "./load.ts";

/** The patch identities of the commits of one repository; a merge has none. */
export class PatchIds {
  readonly #history: History;
  readonly #ids = new Map<string, string | undefined>();

  constructor(history: History) {
    this.#history = history;
  }

  /** The identity of a commit that has been read and has one. */
  get(hash: string): string | undefined {
    return this.#ids.get(hash);
  }

  /**
   * Reads those that have not been read, all with the same two git processes.
   *
   * **Cancellation:** an aborted signal ends git and rejects with its reason.
   */
  async read(hashes: Iterable<string>, signal?: AbortSignal): Promise<void> {
    const { dir, blobs } = this.#history;
    const missing = [...new Set(hashes)].filter((hash) => !this.#ids.has(hash));
    if (missing.length === 0) return;
    if (blobs !== undefined && !(await blobs.ensurePatches(missing, signal))) return;
    const args = ["diff-tree", "--stdin", "-p", "--root", "--no-ext-diff", "--no-textconv", "--no-color"];
    const input = missing.map((hash) => `${hash}\n`).join("");
    const patches = await runGit(args, { cwd: dir, signal, input });
    const ids = await runGit(["patch-id", "--stable"], { cwd: dir, signal, input: patches });
    for (const hash of missing) this.#ids.set(hash, undefined);
    for (const row of ids.split("\n")) {
      const [id = "", hash = ""] = row.split(" ");
      if (hash !== "") this.#ids.set(hash, id);
    }
  }
}
