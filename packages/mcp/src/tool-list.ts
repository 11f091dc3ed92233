/**
 * The tools of one generation: listed once for all who ask, kept until the server says that they have changed.
 *
 * @module
 */
import type { Tool } from "@modelcontextprotocol/client";

interface Flight {
  readonly tools: Promise<readonly Tool[]>;
  /** Those who wait, each by the signal that aborts when it no longer does. */
  readonly waiting: Set<AbortSignal>;
  readonly controller: AbortController;
}

export class ToolList {
  readonly #list: (signal: AbortSignal) => Promise<Tool[]>;
  #tools: readonly Tool[] | undefined;
  #flight: Flight | undefined;

  /** @param list asks the server for all pages. */
  constructor(list: (signal: AbortSignal) => Promise<Tool[]>) {
    this.#list = list;
  }

  /** Gives the list, deeply frozen. One request serves all who wait; it is cancelled when the last of them has left. */
  async get(signal: AbortSignal): Promise<readonly Tool[]> {
    if (this.#tools !== undefined) return this.#tools;
    const flight = (this.#flight ??= this.#start());
    flight.waiting.add(signal);
    signal.addEventListener("abort", () => this.#leave(flight, signal), { once: true });
    return await flight.tools;
  }

  /** Forgets the list. Those who wait for one still get it, but it is not kept: it may be from before the change. */
  drop(): void {
    this.#tools = undefined;
    this.#flight = undefined;
  }

  #start(): Flight {
    const controller = new AbortController();
    const flight: Flight = { tools: this.#fetch(controller.signal, () => flight), waiting: new Set(), controller };
    return flight;
  }

  async #fetch(signal: AbortSignal, flight: () => Flight): Promise<readonly Tool[]> {
    try {
      const tools = frozen(await this.#list(signal));
      if (this.#flight === flight()) this.#tools = tools;
      return tools;
    } finally {
      if (this.#flight === flight()) this.#flight = undefined;
    }
  }

  #leave(flight: Flight, signal: AbortSignal): void {
    flight.waiting.delete(signal);
    if (flight.waiting.size > 0) return;
    if (this.#flight === flight) this.#flight = undefined;
    flight.controller.abort();
  }
}

/** Many callers hold the same list, and one that changed it would change it for all. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}
