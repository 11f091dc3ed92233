/**
 * One loaded repository, of which any number of questions are asked.
 *
 * @module
 */
import type { Backport, FixAnswer, Reversal } from "./answer.ts";
import { BlobAccess } from "./blobs.ts";
import { type Candidates, findCandidates, gradeCandidates, Picks, toCompare } from "./equivalents.ts";
import { QueryError } from "./errors.ts";
import type { Holders } from "./graph.ts";
import { Resolver } from "./host/resolver.ts";
import type { HostMatch } from "./host/search.ts";
import { type History, loadHistory } from "./load.ts";
import { branchOf, mergeOf } from "./merged-branch.ts";
import { answerFor, familyOf } from "./package-answer.ts";
import { PackageReader } from "./packages.ts";
import { PatchIds } from "./patch-ids.ts";
import type { FindFixProgress } from "./progress.ts";
import { hashesOfQueries, hashOfQuery, type Query, readQuery, type Resolved, resolveQuery } from "./query.ts";
import { findOperations, judge, type Reversals, readReversals } from "./reverts.ts";
import { type FixCandidate, searchCommits, type SearchOptions } from "./search.ts";
import { type ShownCommit, showCommit } from "./show.ts";
import { openSource, type Source } from "./source/open-source.ts";
import { compareReleases, readTags, type Release, type TagTable } from "./tags.ts";

/** What is loaded. */
export interface FixFinderOptions {
  /**
   * The directory of a clone, bare or not, in which nothing is written; a URL (https, ssh, file, `git@host:path`); or
   * a package: `npm:name`, `pypi:name`, or a bare name, which is npm's.
   */
  readonly repo: string;
  /** The directory that clones are kept in. Default: `holdfast/repositories` in the user's cache directory. */
  readonly cache?: string | undefined;
  /** Answer from what is on this machine; the network is not touched. */
  readonly offline?: boolean | undefined;
  /** Fetch into a kept clone, however young it is. */
  readonly refresh?: boolean | undefined;
  /** For the host's API. Default: GITHUB_TOKEN, then GH_TOKEN; without one the host answers fewer questions. */
  readonly token?: string | undefined;
  /** Base URL of the host's API, for a GitHub of one's own. Default: that of github.com, for its repositories only. */
  readonly apiUrl?: string | undefined;
  /** Base URL of the registry that a package name is looked up in. Default: the one npm is set to, or PyPI's. */
  readonly registry?: string | undefined;
  /** What will be asked, as far as it is known: a commit that no ref reaches is read only if it is named here. */
  readonly queries?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: FindFixProgress) => void) | undefined;
}

/** A repository's releases and history, read once. */
export class FixFinder {
  readonly history: History;
  readonly #table: TagTable;
  readonly #hashes: Map<string, string | null>;
  readonly #resolver: Resolver;
  readonly #picks: Picks;
  readonly #reversals: Reversals;
  readonly #patches: PatchIds;
  readonly #packages: PackageReader;
  readonly #holders: Holders;
  readonly #candidates = new Map<number, Candidates>();

  private constructor(history: History, hashes: Map<string, string | null>, resolver: Resolver) {
    this.history = history;
    this.#resolver = resolver;
    this.#hashes = hashes;
    this.#table = readTags(history);
    this.#picks = new Picks(history);
    this.#reversals = readReversals(history);
    this.#patches = new PatchIds(history);
    this.#packages = new PackageReader(history);
    const tips = [...this.#table.families.values()].flatMap(({ releases }) => releases.map(({ commit }) => commit));
    this.#holders = history.graph.holders([...new Set(tips)]);
  }

  /** Where the repository was found, and for a package its place in it. */
  get source(): Source {
    return this.#resolver.source;
  }

  /**
   * Ranks the commits that may be the fix by a text, such as that of an error. None is more than possible.
   *
   * @throws QueryError (FIXES_QUERY_UNREADABLE) when the text has no word; RangeError for a limit below 1.
   */
  search(text: string, options: SearchOptions = {}): FixCandidate[] {
    return searchCommits(this.history, text, options);
  }

  /**
   * Reads what the commit of a query says and changes.
   *
   * **Cancellation:** an aborted signal ends git or the request and rejects with its reason.
   *
   * @throws QueryError, GitFailedError; each says what to do.
   */
  async show(text: string, options: Pick<FixFinderOptions, "signal" | "onProgress"> = {}): Promise<ShownCommit> {
    const query = readQuery(text);
    const hash = await this.#hashOf(query, options.signal);
    const { commit } = await this.#resolver.resolve(this.history, query, hash, options);
    return await showCommit(this.history, commit, this.source.remote?.url ?? null, options.signal);
  }

  /**
   * Searches the pull requests and issues of the repository's host for a text, such as that of an error; null where
   * there is no host that may be asked.
   *
   * **Cancellation:** an aborted signal ends the request and rejects with its reason.
   *
   * @throws HostError when the host gives no answer.
   */
  async searchHost(text: string, limit = 5, signal?: AbortSignal): Promise<HostMatch[] | null> {
    return await this.#resolver.search(text, limit, signal);
  }

  /**
   * Reads a repository, and what the answers to the queries need, in as many git processes as for one.
   *
   * **Cancellation:** an aborted signal ends git and rejects with its reason.
   *
   * @throws QueryError when no query has a form that is known; SourceError, RepositoryError, GitFailedError.
   */
  static async open(options: FixFinderOptions): Promise<FixFinder> {
    const { repo, queries = [], offline = false, signal, onProgress } = options;
    const read = readable(queries);
    const source = await openSource(repo, options);
    const { dir } = source;
    const resolver = new Resolver(source, options);
    onProgress?.({ kind: "step", step: "read" });
    const onWarning = (text: string): void => onProgress?.({ kind: "warning", text });
    const blobs = new BlobAccess(dir, { mayFetch: source.remote !== null && !offline, onWarning });
    let history = await loadHistory(dir, { signal, blobs, queries: read });
    const hashes = new Map(history.asked);
    const asked = new Map(read.map((query) => [query.text, { query, hash: hashes.get(query.text) ?? null }]));
    const fetched = await resolver.fetchMissing(history, asked, signal);
    for (const [text, hash] of fetched) hashes.set(text, hash);
    const also = [...fetched.values()].filter((hash) => !history.numbers.has(hash));
    if (also.length > 0) history = await loadHistory(dir, { signal, blobs, queries: read, also });
    for (const text of history.warnings) onWarning(text);
    const finder = new FixFinder(history, hashes, resolver);
    if (read.length > 1) await finder.prepare(queries, signal);
    return finder;
  }

  /**
   * Reads what the answers to further queries need, in as many git processes as for one. `find` does the same for what
   * it lacks, so this changes no answer, and a query that cannot be answered is left for `find` to tell.
   *
   * **Cancellation:** an aborted signal ends git and rejects with its reason.
   */
  async prepare(texts: readonly string[], signal?: AbortSignal): Promise<void> {
    const queries = texts.flatMap((text) => attempt(() => readQuery(text)) ?? []);
    const unknown = queries.filter(({ text }) => !this.#hashes.has(text));
    for (const [text, hash] of await hashesOfQueries(this.history.dir, unknown, signal)) this.#hashes.set(text, hash);
    const found = queries.map((query) => {
      return attempt(() => resolveQuery(this.history, query, this.#hashes.get(query.text) ?? null))?.commit;
    });
    await this.#read(
      found.filter((commit) => commit !== undefined),
      signal,
    );
  }

  /**
   * Finds which releases have a fix.
   *
   * **Cancellation:** an aborted signal ends git or the request and rejects with its reason.
   *
   * @throws QueryError, GitFailedError; each says what to do.
   */
  async find(text: string, options: Pick<FixFinderOptions, "signal" | "onProgress"> = {}): Promise<FixAnswer> {
    const { signal, onProgress } = options;
    const query = readQuery(text);
    const hash = await this.#hashOf(query, signal);
    const resolved = await this.#resolver.resolve(this.history, query, hash, options);
    onProgress?.({ kind: "step", step: "compare" });
    await this.#read([resolved.commit], signal);
    onProgress?.({ kind: "step", step: "answer" });
    return this.#answer(text, resolved);
  }

  #answer(text: string, { commit: fix, confidence }: Resolved): FixAnswer {
    const { history } = this;
    const packages = this.#packages.get(fix);
    const table = this.#table;
    const sources = [fix, ...branchOf(history, fix)];
    const equivalents = gradeCandidates(history, this.#patches, sources, this.#candidates.get(fix) ?? new Map());
    const counted = equivalents.filter((copy) => copy.confidence !== "possible").map(({ commit }) => commit);
    const operations = findOperations(history, this.#reversals, [fix, ...carriers(history, fix), ...counted]);
    const stateOf = judge(this.#holders, operations);
    const families = packages.map((found) => familyOf(table, found));
    const named = new Set(families.filter((family) => family !== null));
    const answers = packages.map((found, at) => answerFor(history, found, families[at] ?? null, operations, stateOf));
    const lists = [...named].map((family) => family.releases);
    const releases = lists.length === 1 ? (lists[0] ?? []) : lists.flat().toSorted(compareReleases);
    const isAmbiguous = releases.some(({ commit }) => stateOf(commit) === "ambiguous");
    const first = (commit: number): string | null => this.#firstTag(releases, commit);
    return {
      query: text,
      commit: history.commits[fix]?.hash ?? null,
      confidence: isAmbiguous ? "possible" : confidence,
      packages: answers,
      backports: equivalents.map(({ commit, confidence: sure, evidence }): Backport => {
        return { commit: hashAt(history, commit), first: first(commit), confidence: sure, evidence };
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

  /** Reads what the answers about some commits need from the repository. */
  async #read(commits: readonly number[], signal: AbortSignal | undefined): Promise<void> {
    const { history } = this;
    const compared = commits.flatMap((commit) => {
      const candidates = this.#candidates.get(commit) ?? findCandidates(history, this.#picks, commit);
      this.#candidates.set(commit, candidates);
      return toCompare([commit, ...branchOf(history, commit)], candidates).map((one) => hashAt(history, one));
    });
    await Promise.all([this.#patches.read(compared, signal), this.#packages.read(commits, signal)]);
  }

  #firstTag(releases: readonly Release[], commit: number): string | null {
    return releases.find((release) => this.#holders.holds(release.commit, commit))?.tag ?? null;
  }

  async #hashOf(query: Query, signal: AbortSignal | undefined): Promise<string | null> {
    const known = this.#hashes.get(query.text);
    return known === undefined ? await hashOfQuery(this.history.dir, query, signal) : known;
  }
}

/** Those that can be read; an error of the first when none can. */
function readable(texts: readonly string[]): Query[] {
  const found = texts.flatMap((text) => attempt(() => readQuery(text)) ?? []);
  const [first] = texts;
  return found.length === 0 && first !== undefined ? [readQuery(first)] : found;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

/**
 * Commits that carry a fix with it. Of the merge of a pull request the end of its branch, which another branch may have
 * merged as well; of a commit that a merge brought in that merge, which may be what was reverted.
 */
function carriers(history: History, fix: number): number[] {
  const end = branchOf(history, fix).length > 0 ? history.graph.parentsOf(fix)[1] : undefined;
  const merge = mergeOf(history, fix);
  return [end, merge ?? undefined].filter((commit) => commit !== undefined);
}

function hashAt(history: History, commit: number): string {
  return history.commits[commit]?.hash ?? "";
}
