/**
 * From a query to a commit, with whatever may be asked: first the clone, then refs that its origin keeps of pull
 * requests, then the API of the host.
 *
 * @module
 */
import type { Confidence } from "../answer.ts";
import { HostError, QueryError, SourceError } from "../errors.ts";
import { tryGit } from "../git.ts";
import type { History } from "../load.ts";
import type { FindFixProgress } from "../progress.ts";
import { headsOf, type Place, type Query, type Resolved, resolveQuery } from "../query.ts";
import { fetchRef } from "../source/clone-cache.ts";
import type { Source } from "../source/open-source.ts";
import { findLanded } from "../squash.ts";
import { readRemoteUrl } from "../source/remote-url.ts";
import type { HostFinding } from "./finding.ts";
import { askGitHub } from "./github.ts";
import { HostApi } from "./host-request.ts";
import { type HostMatch, searchGitHub } from "./search.ts";

/** Whether and how a host is asked. */
export interface ResolverOptions {
  readonly offline?: boolean | undefined;
  readonly token?: string | undefined;
  readonly apiUrl?: string | undefined;
}

/** What goes with one question. */
export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: FindFixProgress) => void) | undefined;
}

const gitHub = { host: "github.com", apiUrl: "https://api.github.com" } as const;
/** More refs than these are not fetched one by one; the host is asked instead. */
const mostFetched = 20;
const rank: Readonly<Record<Confidence, number>> = { certain: 2, likely: 1, possible: 0 };

/** Finds the commits of queries in one repository. */
export class Resolver {
  readonly source: Source;
  readonly #offline: boolean;
  readonly #apiUrl: string | undefined;
  readonly #api: HostApi;
  #places: readonly Place[] | undefined;

  constructor(source: Source, options: ResolverOptions) {
    const { offline = false, apiUrl, token = process.env["GITHUB_TOKEN"] ?? process.env["GH_TOKEN"] } = options;
    if (apiUrl !== undefined) checkApi(apiUrl, token !== undefined && token !== "");
    this.source = source;
    this.#offline = offline;
    this.#apiUrl = apiUrl?.replace(/\/+$/, "");
    this.#api = new HostApi({ apiUrl: this.#apiUrl ?? gitHub.apiUrl, token: token === "" ? undefined : token });
  }

  /**
   * Fetches what queries name and the history does not have, into a clone of ours: heads of pull requests, and commits
   * by their full hash. Gives the hashes by the query's text.
   *
   * **Cancellation:** an aborted signal ends git and rejects with its reason.
   */
  async fetchMissing(
    history: History,
    queries: ReadonlyMap<string, { readonly query: Query; readonly hash: string | null }>,
    signal?: AbortSignal,
  ): Promise<Map<string, string>> {
    const { dir, remote } = this.source;
    const fetched = new Map<string, string>();
    if (remote === null || this.#offline) return fetched;
    const unsure = [...queries.values()].filter(({ query, hash }) => !isSure(attempt(history, query, hash)));
    for (const { query } of unsure.slice(0, mostFetched)) {
      if (query.kind === "number" && (await this.#isElsewhere(query.at, signal))) continue;
      const names = query.kind === "number" ? headsOf(query) : query.hash.length >= 40 ? [query.hash] : [];
      for (const name of names) {
        if (!(await fetchRef(dir, name, signal))) continue;
        const hash = await tryGit(["rev-parse", "--verify", "-q", `${name}^{commit}`], { cwd: dir, signal });
        if (hash !== null) fetched.set(query.text, hash.trim());
        break;
      }
    }
    return fetched;
  }

  /**
   * Finds the commit of a query.
   *
   * **Cancellation:** an aborted signal ends the request and rejects with its reason.
   *
   * @throws QueryError (FIXES_COMMIT_NOT_FOUND) with everything that was tried.
   */
  async resolve(history: History, query: Query, hash: string | null, options: AskOptions = {}): Promise<Resolved> {
    const { signal, onProgress } = options;
    const isElsewhere = query.kind === "number" && (await this.#isElsewhere(query.at, signal));
    const offline = isElsewhere ? elsewhere(query) : attempt(history, query, hash);
    if (query.kind === "hash" || isSure(offline)) return orThrow(offline);
    // A head that was kept of a pull request, and is in nothing that was released.
    const landed = offline instanceof QueryError ? null : await findLanded(history, offline.commit, signal);
    if (landed !== null) return { commit: landed, confidence: "certain" };
    const notes: string[] = [];
    let cause: HostError | undefined;
    try {
      const finding = await this.#ask(query.number, query.at, signal);
      notes.push(...(finding?.notes ?? []));
      for (const { hash: named, confidence } of finding?.commits ?? []) {
        const commit = history.numbers.get(named);
        if (commit === undefined) {
          notes.push(`commit ${named}, which the host names, is not in the clone`);
        } else if (offline instanceof QueryError || rank[confidence] >= rank[offline.confidence]) {
          tell(notes, onProgress);
          return { commit, confidence };
        }
      }
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      cause = error;
      notes.push(error.message);
    }
    if (!(offline instanceof QueryError)) {
      tell(notes, onProgress);
      return offline;
    }
    if (notes.length === 0) throw offline;
    const message = `${offline.message} (${notes.join("; ")})`;
    throw new QueryError("FIXES_COMMIT_NOT_FOUND", query.text, message, cause === undefined ? {} : { cause });
  }

  /**
   * Searches the host's pull requests and issues for a text; null where there is no host that may be asked.
   *
   * **Cancellation:** an aborted signal ends the request and rejects with its reason.
   *
   * @throws HostError when the host gives no answer.
   */
  async search(text: string, limit: number, signal?: AbortSignal): Promise<HostMatch[] | null> {
    const repository = await this.#repository(null, signal);
    return repository === null ? null : await searchGitHub(this.#api, { repository, text, limit }, signal);
  }

  async #ask(number: string, at: Place | null, signal: AbortSignal | undefined): Promise<HostFinding | null> {
    const repository = await this.#repository(at, signal);
    return repository === null ? null : await askGitHub(this.#api, { repository, number: Number(number) }, signal);
  }

  /** The `owner/name` to ask the host about; null where there is no host that may be asked. */
  async #repository(at: Place | null, signal: AbortSignal | undefined): Promise<string | null> {
    if (this.#offline) return null;
    const places = await this.#knownPlaces(signal);
    const isAskable = ({ host }: Place): boolean => host === gitHub.host || (this.#apiUrl !== undefined && host !== "");
    const place = at !== null && isAskable(at) ? at : places.find(isAskable);
    const repository = place?.path.split("/").slice(-2).map(encodeURIComponent).join("/") ?? "";
    return repository.includes("/") ? repository : null;
  }

  /** A number means something in its own repository only; that of a mirror cannot be told. */
  async #isElsewhere(at: Place | null, signal: AbortSignal | undefined): Promise<boolean> {
    if (at === null) return false;
    const sameHost = (await this.#knownPlaces(signal)).filter(({ host }) => host === at.host);
    return sameHost.length > 0 && !sameHost.some(({ path }) => path.toLowerCase() === at.path.toLowerCase());
  }

  /** Where the repository comes from. A fork's numbers are those of the repository it was forked from. */
  async #knownPlaces(signal: AbortSignal | undefined): Promise<readonly Place[]> {
    const { dir, remote } = this.source;
    if (remote !== null) return [remote];
    if (this.#places !== undefined) return this.#places;
    const listed = await tryGit(["config", "-z", "--get-regexp", String.raw`^remote\..*\.url$`], { cwd: dir, signal });
    const rows = (listed ?? "").split("\0").map((row) => row.split("\n"));
    const ordered = rows.toSorted(([one = ""], [other = ""]) => order(one) - order(other));
    this.#places = ordered.flatMap(([, url = ""]) => {
      try {
        return [readRemoteUrl(url)];
      } catch {
        // A transport that is not used here; nothing is asked of it.
        return [];
      }
    });
    return this.#places;
  }
}

function checkApi(text: string, hasToken: boolean): void {
  const doing = `asking a host at ${JSON.stringify(text)}`;
  if (!URL.canParse(text) || !/^https?:\/\//.test(text))
    throw new SourceError("FIXES_URL_REFUSED", `${doing}: that is no URL of an API; give one of https or http`);
  const { protocol, hostname } = new URL(text);
  if (hasToken && protocol === "http:" && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname))
    throw new SourceError("FIXES_URL_REFUSED", `${doing}: the token would be readable on its way; give a URL of https`);
}

function order(key: string): number {
  return key === "remote.upstream.url" ? 0 : key === "remote.origin.url" ? 1 : 2;
}

function attempt(history: History, query: Query, hash: string | null): Resolved | QueryError {
  try {
    return resolveQuery(history, query, hash);
  } catch (error) {
    if (error instanceof QueryError && error.code === "FIXES_COMMIT_NOT_FOUND") return error;
    throw error;
  }
}

function isSure(found: Resolved | QueryError): boolean {
  return !(found instanceof QueryError) && found.confidence !== "possible";
}

function orThrow(found: Resolved | QueryError): Resolved {
  if (found instanceof QueryError) throw found;
  return found;
}

function elsewhere({ text, at }: Query): QueryError {
  return new QueryError(
    "FIXES_COMMIT_NOT_FOUND",
    text,
    `looking up ${text}: it is a number of ${at?.path}, and the repository is another; open that one, or give the hash of the commit`,
  );
}

function tell(notes: readonly string[], onProgress: AskOptions["onProgress"]): void {
  for (const text of notes) onProgress?.({ kind: "warning", text });
}
