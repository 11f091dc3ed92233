/**
 * Requests to the API of a repository's host: with a time limit, and with an honest error for each way of getting no
 * answer.
 *
 * @module
 */
import { HostError } from "../errors.ts";

/** Where and as whom a host is asked. */
export interface HostAccess {
  /** Without a slash at its end. */
  readonly apiUrl: string;
  readonly token: string | undefined;
}

const longest = 20_000;

/** The API of one host. After it has said that it answers no more for a while, it is not asked until then. */
export class HostApi {
  readonly #access: HostAccess;
  #limit: { readonly until: number; readonly error: HostError } | undefined;

  constructor(access: HostAccess) {
    this.#access = access;
  }

  /** Whether the requests are made in somebody's name. */
  get hasToken(): boolean {
    return this.#access.token !== undefined;
  }

  /**
   * Gives the JSON at a path; null when there is nothing.
   *
   * **Cancellation:** an aborted signal ends the request and rejects with its reason.
   *
   * @throws HostError
   */
  async get(path: string, signal?: AbortSignal): Promise<unknown> {
    return await this.#request(`${this.#access.apiUrl}${path}`, {}, signal);
  }

  /**
   * Asks by GraphQL, which the host answers only to somebody with a name.
   *
   * **Cancellation:** an aborted signal ends the request and rejects with its reason.
   *
   * @throws HostError
   */
  async query(text: string, variables: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<unknown> {
    const { apiUrl } = this.#access;
    const url = apiUrl.endsWith("/api/v3") ? apiUrl.replace(/v3$/, "graphql") : `${apiUrl}/graphql`;
    const body = JSON.stringify({ query: text, variables });
    const answer = await this.#request(url, { method: "POST", body }, signal);
    const { data, errors = [] } = (answer ?? {}) as {
      readonly data?: unknown;
      readonly errors?: readonly { readonly type?: unknown; readonly message?: unknown }[];
    };
    if (errors.some(({ type }) => type === "RATE_LIMITED")) throw this.#limited(Date.now() + 60_000);
    if (errors.length > 0 && !errors.every(({ type }) => type === "NOT_FOUND"))
      throw this.#failed(`it answered with an error (${String(errors[0]?.message)})`, "ask again later");
    return data ?? null;
  }

  async #request(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<unknown> {
    if (this.#limit !== undefined && Date.now() < this.#limit.until) throw this.#limit.error;
    const { token } = this.#access;
    const timeout = AbortSignal.timeout(longest);
    const headers = {
      accept: "application/vnd.github+json",
      "user-agent": "holdfast",
      ...(init.body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    let response: Response;
    let text: string;
    try {
      const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      response = await fetch(url, { ...init, headers, signal: either });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#failed("it gave no answer", "check the network", { cause: error });
    }
    if (response.ok) return this.#parse(text);
    const { status } = response;
    if (status === 404 || status === 410) return null;
    if (status === 401) throw this.#failed("it does not accept the token", "give another, or none");
    const until = limitOf(response);
    if (until !== null) throw this.#limited(until);
    const advice = status === 403 ? "give a token that may read the repository" : "ask again later";
    throw this.#failed(`it answered ${status}`, advice);
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw this.#failed("its answer is no JSON", "check the URL of the API", { cause: error });
    }
  }

  #limited(until: number): HostError {
    const when = new Date(until).toISOString().replace(/\.\d+Z$/, "Z");
    const instead = this.hasToken ? "ask again then" : "give a token, or ask again then";
    const error = new HostError(
      "FIXES_HOST_LIMITED",
      `asking ${this.#access.apiUrl}: it answers no more questions until ${when}; ${instead}`,
    );
    this.#limit = { until, error };
    return error;
  }

  #failed(found: string, instead: string, options?: ErrorOptions): HostError {
    return new HostError("FIXES_HOST_FAILED", `asking ${this.#access.apiUrl}: ${found}; ${instead}`, options);
  }
}

/** Milliseconds since the epoch from when on the host answers again; null when that is not what it refused for. */
function limitOf({ status, headers }: Response): number | null {
  const wait = Number(headers.get("retry-after") ?? Number.NaN);
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN);
  if (status !== 429 && status !== 403) return null;
  if (!Number.isNaN(wait)) return Date.now() + wait * 1_000;
  if (headers.get("x-ratelimit-remaining") === "0" && !Number.isNaN(reset)) return reset * 1_000;
  return status === 429 ? Date.now() + 60_000 : null;
}
