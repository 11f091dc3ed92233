/**
 * One loaded repository, of which any number of questions are asked.
 *
 * @module
 */
import type { Backport, FixAnswer, PackageAnswer, Reversal } from "./answer.ts";
import { findEquivalents } from "./equivalents.ts";
import { makeIntervals } from "./intervals.ts";
import { checkRepository, type History, loadHistory } from "./load.ts";
import { findPackages, type FoundPackage } from "./packages.ts";
import { hashOfQuery, type Query, readQuery, resolveQuery } from "./query.ts";
import { findOperations, judge, type Operation, type State } from "./reverts.ts";
import { compareReleases, type Family, readTags, type Release, type TagTable } from "./tags.ts";

/** What is loaded. */
export interface FixFinderOptions {
  /** The directory of a clone, bare or not; nothing in it is written. */
  readonly repo: string;
  /** What will be asked, as far as it is known: a commit that no ref reaches is read only if it is named here. */
  readonly queries?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: FindFixProgress) => void) | undefined;
}

/** What goes on, and what weakens the answer. */
export type FindFixProgress =
  | { readonly kind: "step"; readonly step: "read" | "compare" | "answer" }
  | { readonly kind: "warning"; readonly text: string };

/** A repository's releases and history, read once. */
export class FixFinder {
  readonly history: History;
  readonly #table: TagTable;
  readonly #hashes: ReadonlyMap<string, string | null>;

  private constructor(history: History, hashes: ReadonlyMap<string, string | null>) {
    this.history = history;
    this.#table = readTags(history);
    this.#hashes = hashes;
  }

  /**
   * Reads a repository.
   *
   * **Cancellation:** an aborted signal ends git and rejects with its reason.
   *
   * @throws QueryError for a query that has no form that is known; RepositoryError, GitFailedError.
   */
  static async open(options: FixFinderOptions): Promise<FixFinder> {
    const { repo, queries = [], signal, onProgress } = options;
    const read = queries.map(readQuery);
    await checkRepository(repo, signal);
    onProgress?.({ kind: "step", step: "read" });
    const hashes = new Map<string, string | null>();
    for (const query of read) hashes.set(query.text, await hashOfQuery(repo, query, signal));
    const also = [...hashes.values()].filter((hash) => hash !== null);
    const history = await loadHistory(repo, { signal, also });
    for (const text of history.warnings) onProgress?.({ kind: "warning", text });
    return new FixFinder(history, hashes);
  }

  /**
   * Finds which releases have a fix.
   *
   * **Cancellation:** an aborted signal ends git and rejects with its reason.
   *
   * @throws QueryError, GitFailedError; each says what to do.
   */
  async find(text: string, options: Pick<FixFinderOptions, "signal" | "onProgress"> = {}): Promise<FixAnswer> {
    const { signal, onProgress } = options;
    const { history } = this;
    const query = readQuery(text);
    const resolved = resolveQuery(history, query, await this.#hashOf(query, signal));
    onProgress?.({ kind: "step", step: "compare" });
    const equivalents = await findEquivalents(history, resolved.commit, signal);
    const packages = await findPackages(history, resolved.commit, signal);
    onProgress?.({ kind: "step", step: "answer" });
    const table = this.#table;
    const counted = equivalents.filter(({ confidence }) => confidence !== "possible").map(({ commit }) => commit);
    const operations = findOperations(history, [resolved.commit, ...counted]);
    const stateOf = judge(history, operations);
    const known = packages.map((found) => familyOf(table, found));
    const named = known.filter((family) => family !== null);
    const answers = packages.map((found, at) => answerFor(history, found, known[at] ?? null, operations, stateOf));
    const releases = [...new Set(named.flatMap((family) => family.releases))];
    const isAmbiguous = releases.some(({ commit }) => stateOf(commit) === "ambiguous");
    const first = (commit: number): string | null => firstTag(history, releases, commit);
    return {
      query: text,
      commit: history.commits[resolved.commit]?.hash ?? null,
      confidence: isAmbiguous ? "possible" : resolved.confidence,
      packages: answers,
      backports: equivalents.map(({ commit, confidence, evidence }): Backport => {
        return { commit: hashAt(history, commit), first: first(commit), confidence, evidence };
      }),
      reverts: operations.flatMap(({ commit, isApplied, undoes }): Reversal[] => {
        if (undoes === null) return [];
        const hashes = { commit: hashAt(history, commit), reverts: hashAt(history, undoes) };
        return [{ ...hashes, reapplies: isApplied, first: first(commit) }];
      }),
      containedButReverted: releases.filter(({ commit }) => stateOf(commit) === "reverted").map(({ tag }) => tag),
      ignoredTags: table.ignored,
    };
  }

  async #hashOf(query: Query, signal: AbortSignal | undefined): Promise<string | null> {
    const known = this.#hashes.get(query.text);
    return known === undefined ? await hashOfQuery(this.history.dir, query, signal) : known;
  }
}

/** The tags of a package: its own where it has some, else those of the repository as a whole. */
function familyOf(table: TagTable, found: FoundPackage): Family | null {
  const base = found.name?.split("/").at(-1) ?? "";
  const names = [found.name ?? "", base, found.dir, found.dir.split("/").at(-1) ?? ""].filter((name) => name !== "");
  for (const name of names) {
    for (const mark of ["@", "-", "/", "_"]) {
      const family = table.families.get(`${name}${mark}`);
      if (family !== undefined) return family;
    }
  }
  const plain = table.families.get("");
  if (plain !== undefined) return plain;
  const general = [...table.families.values()].filter(({ key }) => found.name === null || !key.includes("@"));
  return general.toSorted((one, other) => other.releases.length - one.releases.length)[0] ?? null;
}

function answerFor(
  history: History,
  found: FoundPackage,
  family: Family | null,
  operations: readonly Operation[],
  stateOf: (commit: number) => State,
): PackageAnswer {
  const releases = family?.releases ?? [];
  const hasFix = ({ commit }: Release): boolean => stateOf(commit) === "has";
  const any = releases.find(hasFix);
  const stable = releases.find((release) => !release.isPre && hasFix(release));
  const shown = stable ?? any;
  return {
    name: found.name,
    pinnedBy: found.pinnedBy,
    tagPrefix: releases.at(-1)?.prefix ?? null,
    first: {
      stable: stable?.tag ?? null,
      any: any?.tag ?? null,
      date: shown === undefined ? null : new Date(shown.seconds * 1000).toISOString().replace(".000Z", "Z"),
      describe: shown === undefined ? null : describe(history, shown, operations),
    },
    ...makeIntervals(releases, hasFix),
  };
}

function describe(history: History, release: Release, operations: readonly Operation[]): string | null {
  for (const { commit, isApplied } of operations) {
    const path = isApplied ? history.graph.path(release.commit, commit) : null;
    if (path !== null) return `${release.tag}${path}`;
  }
  return null;
}

function firstTag(history: History, releases: readonly Release[], commit: number): string | null {
  const marks = history.graph.containing(commit);
  return releases.toSorted(compareReleases).find((release) => marks[release.commit] === 1)?.tag ?? null;
}

function hashAt(history: History, commit: number): string {
  return history.commits[commit]?.hash ?? "";
}
