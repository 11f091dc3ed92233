/**
 * A client that goes where redirects lead.
 *
 * @module
 */
import { Connection, type RequestClient } from "./connection.ts";
import type { Plan } from "./options.ts";
import type { RequestOutcome } from "./outcome.ts";
import { type WireRequest, wireRequest } from "./request.ts";

/** As browsers do; more is a circle. */
const mostRedirects = 20;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What another host is not to see. */
const secretHeaders: ReadonlySet<string> = new Set(["authorization", "cookie", "host", "proxy-authorization"]);

/** Has a connection for each origin that it is led to. */
export class FollowingClient implements RequestClient {
  readonly #plan: Plan;
  readonly #connections = new Map<string, Connection>();
  #current: Connection | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  send(request: WireRequest, started: number, onOutcome: (outcome: RequestOutcome) => void): void {
    this.#send(request, started, onOutcome, mostRedirects);
  }

  endRequest(reason: Error): void {
    this.#current?.endRequest(reason);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
  }

  #send(request: WireRequest, started: number, onOutcome: (outcome: RequestOutcome) => void, left: number): void {
    const { origin } = request.url;
    const connection = this.#connections.get(origin) ?? new Connection(this.#plan, request.url);
    this.#connections.set(origin, connection);
    this.#current = connection;
    connection.send(request, started, (outcome) => {
      if (!isRedirect(outcome) || this.#plan.signal?.aborted === true) return onOutcome(outcome);
      const next = redirected(request, outcome.status, outcome.location);
      if (next instanceof Error) return onOutcome({ failure: "other", cause: next });
      if (left > 0) return this.#send(next, started, onOutcome, left - 1);
      return onOutcome({ failure: "other", cause: new Error(`redirected more than ${mostRedirects} times`) });
    });
  }
}

function isRedirect(outcome: RequestOutcome): outcome is RequestOutcome & { status: number; location: string } {
  return !("failure" in outcome) && redirects.has(outcome.status) && outcome.location !== undefined;
}

function redirected(request: WireRequest, status: number, location: string): WireRequest | Error {
  const url = URL.parse(location, request.url.href);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return new Error(`redirected to ${JSON.stringify(location)}, which is neither http nor https`);
  }
  // As browsers do, whatever the method was for a 303, and for a POST with the two that came before there were 307 and 308.
  const becomesGet =
    request.method !== "HEAD" && (status === 303 || ((status === 301 || status === 302) && request.method === "POST"));
  const isElsewhere = url.origin !== request.url.origin;
  const headers = Object.entries(request.headers).filter(([name]) => {
    const key = name.toLowerCase();
    return !(isElsewhere && secretHeaders.has(key)) && !(becomesGet && key.startsWith("content-"));
  });
  const [method, body] = becomesGet ? ["GET", null] : [request.method, request.body];
  return wireRequest(url, method, Object.fromEntries(headers), body);
}
