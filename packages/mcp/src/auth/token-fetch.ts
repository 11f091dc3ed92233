/**
 * Requests to authorization servers, in the shape of fetch that the official client's functions take, over sockets like
 * those of the connection: the same dispatcher, proxy, certificates and limits.
 *
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import type { FetchLike } from "@modelcontextprotocol/client";
import type { Dispatcher } from "undici";
import { startDelay } from "../http/delay.ts";
import { Exchange, type HttpRequest } from "../http/exchange.ts";
import { Gate } from "../http/gate.ts";
import { openDispatcher, type PoolOptions } from "../http/pools.ts";

/** How long an authorization server may take to answer one request, in milliseconds: as long as opening may take. */
const ANSWER_TIMEOUT = 30_000;

/**
 * Gives a fetch for as long as `fn` runs. Its sockets are its own and not the connection's, whose closing would cut a
 * refresh off that others wait for.
 *
 * **Cancellation:** none; each request ends within thirty seconds.
 */
export async function withTokenFetch<T>(
  server: URL,
  options: PoolOptions,
  fn: (fetch: FetchLike) => Promise<T>,
): Promise<T> {
  const opened = new Map<string, Dispatcher>();
  const dispatcherOf = (url: URL): Dispatcher => {
    if (options.dispatcher !== undefined) return options.dispatcher;
    let dispatcher = opened.get(url.origin);
    if (dispatcher === undefined) {
      const { servername: _, ...tls } = options.tls ?? {};
      // A server name is that of one server; certificates are good for all.
      const isSame = url.origin === server.origin;
      dispatcher = openDispatcher(url, isSame || options.tls === undefined ? options : { ...options, tls }, 1);
      opened.set(url.origin, dispatcher);
    }
    return dispatcher;
  };
  try {
    return await fn(async (input, init) => {
      const request = new Request(input, init);
      return await fetchOver(dispatcherOf(new URL(request.url)), request, options);
    });
  } finally {
    await Promise.all([...opened.values()].map((dispatcher) => dispatcher.destroy()));
  }
}

async function fetchOver(dispatcher: Dispatcher, request: Request, { limits = {} }: PoolOptions): Promise<Response> {
  const { origin, pathname, search } = new URL(request.url);
  const body = await request.text();
  // What comes compressed would have to be told from what was meant to be.
  const headers = [...[...request.headers].flat(), "accept-encoding", "identity"];
  if (!request.headers.has("user-agent")) headers.push("user-agent", "holdfast");
  const asked: HttpRequest = {
    method: request.method as HttpRequest["method"],
    target: { origin, path: `${pathname}${search}`, shown: `${origin}${pathname}` },
    headers,
    ...(body !== "" && { body }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  let head: ResponseInit = {};
  const ignore = (): void => {};
  const exchange = new Exchange(
    { gate: new Gate(1), dispatcher },
    asked,
    {
      head: (status, fields, statusText) => {
        head = { status, statusText, headers: headersOf(fields) };
        return "text";
      },
      ended: (text) => resolve(responseOf(text, head)),
      // As fetch says it, which the official client tells from an answer that it does not like.
      failed: (error) => reject(new TypeError("fetch failed", { cause: error })),
      sseId: ignore,
      sseEvent: ignore,
      sseRetry: ignore,
    },
    limits,
  );
  const cancelDelay = startDelay(ANSWER_TIMEOUT, () => exchange.abort(`no answer within ${ANSWER_TIMEOUT} ms`));
  exchange.begin();
  try {
    return await promise;
  } finally {
    cancelDelay();
  }
}

export function headersOf(fields: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value = []] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  return headers;
}

/** An answer in the shape of fetch's. Some statuses must not have a body, which it holds to. */
export function responseOf(text: string, head: ResponseInit): Response {
  return new Response(text === "" ? null : text, head);
}
