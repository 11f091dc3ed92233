/**
 * The tools of one generation: listed once for all who ask, kept until the server says that they have changed, or until
 * they are too old.
 *
 * @module
 */
import type { Tool } from "@modelcontextprotocol/client";
import { frozen } from "./frozen.ts";

/** What the server gave. */
export interface ListedTools {
  readonly tools: readonly Tool[];
  /** For how long the server lets it be kept, in milliseconds; undefined where it does not say. */
  readonly ttl?: number | undefined;
}

interface Flight {
  readonly tools: Promise<readonly Tool[]>;
  /** Those who wait, each by the signal that aborts when it no longer does. */
  readonly waiting: Set<AbortSignal>;
  readonly controller: AbortController;
}

export class ToolList {
  readonly #list: (signal: AbortSignal) => Promise<ListedTools>;
  readonly #ttl: number | null;
  #tools: readonly Tool[] | undefined;
  #byName: Map<string, Tool> | undefined;
  #until = Infinity;
  #flight: Flight | undefined;

  /**
   * @param list asks the server for all pages.
   * @param ttl for how long a list is kept, in milliseconds, where the server wants no shorter time; null for no limit.
   */
  constructor(list: (signal: AbortSignal) => Promise<ListedTools>, ttl: number | null = null) {
    this.#list = list;
    this.#ttl = ttl;
  }

  /** The tools as they were listed last; undefined when they never were, or have changed since. */
  get known(): readonly Tool[] | undefined {
    return this.#tools;
  }

  /** The one of that name of those that are known, also when the list is too old to be given. */
  find(name: string): Tool | undefined {
    this.#byName ??= new Map(this.#tools?.map((tool) => [tool.name, tool]));
    return this.#byName.get(name);
  }

  /**
   * Gives the list, deeply frozen. One request serves all who wait; it is cancelled when the last of them has left.
   *
   * @param now the time, by the clock of who asks.
   */
  async get(signal: AbortSignal, now: number): Promise<readonly Tool[]> {
    if (this.#tools !== undefined && now < this.#until) return this.#tools;
    const flight = (this.#flight ??= this.#start(now));
    flight.waiting.add(signal);
    signal.addEventListener("abort", () => this.#leave(flight, signal), { once: true });
    return await flight.tools;
  }

  /** Forgets the list. Those who wait for one still get it, but it is not kept: it may be from before the change. */
  drop(): void {
    this.#keep(undefined, Infinity);
    this.#flight = undefined;
  }

  #start(now: number): Flight {
    const controller = new AbortController();
    const tools = this.#fetch(controller.signal, now, () => flight);
    const flight: Flight = { tools, waiting: new Set(), controller };
    return flight;
  }

  async #fetch(signal: AbortSignal, now: number, flight: () => Flight): Promise<readonly Tool[]> {
    try {
      const { tools, ttl } = await this.#list(signal);
      frozen(tools);
      // From when it was asked for: it may be as old as that.
      if (this.#flight === flight()) this.#keep(tools, now + Math.min(ttl ?? Infinity, this.#ttl ?? Infinity));
      return tools;
    } finally {
      if (this.#flight === flight()) this.#flight = undefined;
    }
  }

  #keep(tools: readonly Tool[] | undefined, until: number): void {
    this.#tools = tools;
    this.#until = until;
    this.#byName = undefined;
  }

  #leave(flight: Flight, signal: AbortSignal): void {
    flight.waiting.delete(signal);
    if (flight.waiting.size > 0) return;
    if (this.#flight === flight) this.#flight = undefined;
    flight.controller.abort();
  }
}
