/**
 * The network of a run: requests of `fetch`, and of undici through a dispatcher, which the scenario answers itself.
 *
 * @module
 */
import { captureContext } from "@holdfast/concurrency";
import type { Kernel } from "../kernel/kernel.ts";
import { checkFaults, errorOf, type Fault, isReached } from "./faults.ts";

/** Answers the requests to a URL. */
export type FetchAnswer = (request: Request) => PromiseLike<Response> | Response;

/** Options of `lab.respond()`. */
export interface RespondOptions {
  /** What may go wrong: in each run every request meets one of these, or none. */
  readonly faults?: readonly Fault[];
}

/** What is asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  /** Made only for who looks at it, as it takes longer than everything else. */
  readonly request: () => Request;
}

/** Whoever asks. */
export interface Asking {
  /** The request is on its way; not told when the server is not reached. */
  sent?(): void;
  answered(response: Response): void;
  failed(error: Error): void;
}

interface Route {
  readonly matches: (url: string) => boolean;
  readonly answer: FetchAnswer;
  readonly faults: readonly Fault[];
}

export class Network {
  readonly #kernel: Kernel;
  readonly #routes: Route[] = [];
  /** What was asked of the real world, which nobody answers in a run; undefined when nothing was. */
  unanswered: string | undefined = undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** @throws RangeError for a fault that is none. */
  respond(url: string | RegExp, answer: FetchAnswer, { faults = [] }: RespondOptions): void {
    checkFaults(faults);
    const matches = (asked: string): boolean => {
      if (typeof url !== "string") return asked.search(url) !== -1;
      return url.endsWith("*") ? asked.startsWith(url.slice(0, -1)) : asked === url;
    };
    this.#routes.push({ matches, answer, faults });
  }

  /** Asks, and gives what withdraws the request: true when there is no answer yet, which then never comes. */
  ask({ method, url, request }: Asked, asking: Asking): () => boolean {
    const kernel = this.#kernel;
    const route = this.#routes.findLast(({ matches }) => matches(url));
    if (route === undefined) {
      this.unanswered ??= `it asks for ${url}, which no lab.respond() answers`;
      asking.failed(new Error(`no lab.respond() answers ${url}`));
      return () => false;
    }
    const { answer, faults } = route;
    const fault = faults.length === 0 ? undefined : [undefined, ...faults][kernel.choose(faults.length + 1)];
    if (fault !== "refused") asking.sent?.();
    const happen = async (): Promise<void> => {
      try {
        // Who takes no request is given none.
        const given = answer.length === 0 ? (undefined as unknown as Request) : request();
        const error = fault === undefined ? undefined : errorOf(fault);
        if (error !== undefined) {
          if (isReached(fault as Fault)) await answer(given);
          asking.failed(error);
          return;
        }
        asking.answered(fault === undefined ? await answer(given) : new Response(null, { status: fault as number }));
      } catch (error) {
        asking.failed(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const words = fault === undefined ? `${method} ${url}` : `${method} ${url} (${fault})`;
    const transition = kernel.add("io", kernel.actor, words, () => void happen());
    transition.context = captureContext();
    return () => kernel.prevent(transition);
  }

  /** The global `fetch` of a run. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    let asked: Asked;
    try {
      asked = askedOf(input, init);
    } catch (error) {
      return Promise.reject(error);
    }
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    let withdraw = (): unknown => undefined;
    const onAbort = (): void => {
      withdraw();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    withdraw = this.ask(asked, {
      answered(response) {
        signal?.removeEventListener("abort", onAbort);
        resolve(response);
      },
      failed(cause) {
        signal?.removeEventListener("abort", onAbort);
        reject(new TypeError("fetch failed", { cause }));
      },
    });
    return promise;
  }
}

/** @throws TypeError for what `fetch` refuses as well. */
function askedOf(input: string | URL | Request, init: RequestInit | undefined): Asked {
  // Bodies are taken over at once, and what cannot be asked is refused at once.
  if (input instanceof Request || init?.body != null) {
    const request = new Request(input, init);
    return { method: request.method, url: request.url, request: () => request };
  }
  const { href: url } = new URL(input);
  return { method: (init?.method ?? "GET").toUpperCase(), url, request: () => new Request(input, init) };
}
