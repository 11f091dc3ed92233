/**
 * A dispatcher for undici, whose requests the scenario answers: for programs that use undici itself, and not the global `fetch`.
 *
 * Written against the interface of undici 8, and without it: a program brings its own.
 *
 * @module
 */
import type { Network } from "./network.ts";

/** A request as undici gives it to a dispatcher. */
export interface DispatchOptions {
  readonly origin?: string | URL;
  readonly path: string;
  readonly method: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: unknown;
  readonly body?: unknown;
}

/** How undici is told of the answer. */
export interface DispatchHandler {
  onRequestStart?(controller: DispatchController, context: object): void;
  onResponseStart?(
    controller: DispatchController,
    status: number,
    headers: Record<string, string | string[]>,
    statusText?: string,
  ): void;
  onResponseData?(controller: DispatchController, chunk: Buffer): void;
  onResponseEnd?(controller: DispatchController, trailers: Record<string, string>): void;
  onResponseError?(controller: DispatchController, error: Error): void;
}

/** What a handler holds a request by. */
export class DispatchController {
  readonly #onAbort: (reason: Error) => void;
  #resumed: PromiseWithResolvers<void> | undefined;
  reason: Error | null = null;
  rawHeaders: string[] = [];
  rawTrailers: string[] = [];

  constructor(onAbort: (reason: Error) => void) {
    this.#onAbort = onAbort;
  }

  get aborted(): boolean {
    return this.reason !== null;
  }

  get paused(): boolean {
    return this.#resumed !== undefined;
  }

  /** Settled when there is room for more. */
  get resumed(): Promise<void> | undefined {
    return this.#resumed?.promise;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.reason = reason;
    this.resume();
    this.#onAbort(reason);
  }

  pause(): void {
    this.#resumed ??= Promise.withResolvers();
  }

  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }
}

/** The dispatcher of a run. */
export class LabDispatcher {
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  /** Sends a request: always at once. */
  dispatch(options: DispatchOptions, handler: DispatchHandler): boolean {
    let isOver = false;
    const fail = (error: Error): void => {
      if (isOver) return;
      isOver = true;
      handler.onResponseError?.(controller, error);
    };
    let withdraw = (): unknown => undefined;
    const controller = new DispatchController((reason) => {
      withdraw();
      fail(reason);
    });
    const { href: url } = urlOf(options);
    const { method } = options;
    withdraw = this.#network.ask(
      { method, url, request: () => requestOf(url, options) },
      {
        sent: () => handler.onRequestStart?.(controller, {}),
        answered: (response) => {
          if (!isOver) passOn(response, controller, handler).then(() => (isOver = true), fail);
        },
        failed: fail,
      },
    );
    if (controller.aborted) withdraw();
    return true;
  }

  /** Has nothing to close. */
  async close(): Promise<void> {}

  /** Has nothing to break. */
  async destroy(): Promise<void> {}
}

async function passOn(response: Response, controller: DispatchController, handler: DispatchHandler): Promise<void> {
  const headers: Record<string, string | string[]> = {};
  const cookies = response.headers.getSetCookie();
  for (const [name, value] of response.headers) if (name !== "set-cookie") headers[name] = value;
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  controller.rawHeaders = [...response.headers].flat();
  handler.onResponseStart?.(controller, response.status, headers, response.statusText);
  for await (const chunk of response.body ?? []) {
    await controller.resumed;
    if (controller.aborted) return;
    handler.onResponseData?.(controller, Buffer.from(chunk as Uint8Array));
  }
  await controller.resumed;
  if (!controller.aborted) handler.onResponseEnd?.(controller, {});
}

function urlOf({ origin = "http://localhost", path, query }: DispatchOptions): URL {
  const url = new URL(path, origin);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.append(name, String(value));
  return url;
}

function requestOf(url: string, { method, headers, body }: DispatchOptions): Request {
  const init: RequestInit & { duplex: "half" } = { method, headers: headersOf(headers), duplex: "half" };
  return new Request(url, body == null ? init : { ...init, body: body as never });
}

/** Undici takes pairs, a flat list of names and values, and an object whose values may be lists. */
function headersOf(given: unknown): Headers {
  const headers = new Headers();
  if (typeof given !== "object" || given === null) return headers;
  let pairs: Iterable<[string, unknown]>;
  if (!(Symbol.iterator in given)) pairs = Object.entries(given);
  else if (Array.isArray(given) && !Array.isArray(given[0])) pairs = pairsOf(given);
  else pairs = given as Iterable<[string, unknown]>;
  for (const [name, value] of pairs) {
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) headers.append(name, String(each));
  }
  return headers;
}

function* pairsOf(list: readonly unknown[]): Generator<[string, unknown]> {
  for (let index = 0; index + 1 < list.length; index += 2) yield [String(list[index]), list[index + 1]];
}
