/**
 * The sockets of a transport, in three lanes that never wait for each other: calls, of which each may hold its socket for
 * as long as it runs; control, for what is answered at once, such as the cancellation of calls that hold all of theirs; and
 * streams that stand for as long as the connection does.
 *
 * @module
 */
import type { ConnectionOptions } from "node:tls";
import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";
import { Gate } from "./gate.ts";

/** How long, in bytes, what a server sends may be. */
export interface HttpLimits {
  /** The headers of one answer; 16 384 when absent, as Node has it. */
  readonly header?: number;
  /** One event of a stream; 67 108 864 when absent. */
  readonly event?: number;
  /** An answer that is no stream; 67 108 864 when absent. */
  readonly body?: number;
}

/** What sockets are made with. */
export interface PoolOptions {
  /** The most sockets that calls hold at the same time; 16 when absent. */
  readonly sockets?: number;
  /** A dispatcher of undici 8 to send everything through. It stays yours to close. */
  readonly dispatcher?: Dispatcher;
  /** For https: certificates, server name and whatever else `tls.connect()` takes. */
  readonly tls?: ConnectionOptions;
  readonly limits?: HttpLimits;
}

/** Where one kind of requests goes. */
export interface Lane {
  readonly gate: Gate;
  readonly dispatcher: Dispatcher;
}

/** As many as answered a thousand parallel calls with the least CPU; more of them only made the server slower. */
const SOCKETS = 16;
/** What is sent on these is answered without delay. */
const CONTROL_SOCKETS = 4;
export const HEADER_LIMIT = 16_384;
/** A result with some dozens of pictures fits. */
export const BODY_LIMIT = 67_108_864;

export class Pools {
  readonly #origin: URL;
  readonly #options: PoolOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #own: Dispatcher[] = [];

  constructor(origin: URL, options: PoolOptions) {
    this.#origin = origin;
    this.#options = options;
  }

  get calls(): Lane {
    return this.#lane("calls", this.#options.sockets ?? SOCKETS);
  }

  get control(): Lane {
    return this.#lane("control", CONTROL_SOCKETS);
  }

  get standing(): Lane {
    return this.#lane("standing", Infinity);
  }

  /** Breaks all sockets and waits until they are closed, but for those of a dispatcher that was given. */
  async close(): Promise<void> {
    await Promise.all(this.#own.map((dispatcher) => dispatcher.destroy()));
  }

  #lane(name: string, places: number): Lane {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { gate: new Gate(places), dispatcher: this.#options.dispatcher ?? this.#open(places) };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #open(places: number): Dispatcher {
    const dispatcher = openDispatcher(this.#origin, this.#options, places);
    this.#own.push(dispatcher);
    return dispatcher;
  }
}

/** Sockets to an origin, by way of a proxy where the environment has one for it. Whoever opens them closes them. */
export function openDispatcher(origin: URL, { tls = {}, limits }: PoolOptions, places: number): Dispatcher {
  const options = {
    ...(Number.isFinite(places) && { connections: places }),
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: limits?.header ?? HEADER_LIMIT,
    connect: { ...tls } as NonNullable<Pool.Options["connect"]>,
  };
  return goesByProxy(origin)
    ? new EnvHttpProxyAgent({ ...options, requestTls: { ...tls } as NonNullable<Pool.Options["tls"]> })
    : new Pool(origin.origin, options);
}

/** Whether the environment names a proxy for the URL. What runs on this machine is never asked for by way of another. */
function goesByProxy({ protocol, hostname }: URL): boolean {
  if (hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]") return false;
  if (/^127\.\d+\.\d+\.\d+$/.test(hostname)) return false;
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY } = process.env;
  const forHttp = http_proxy ?? HTTP_PROXY;
  const proxy = protocol === "https:" ? (https_proxy ?? HTTPS_PROXY ?? forHttp) : forHttp;
  return proxy !== undefined && proxy !== "";
}
