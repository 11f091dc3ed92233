/**
 * Names for what steps touch: numbers that hold from one run to the next.
 *
 * @module
 */
import { EVERYTHING, FRESH } from "./footprint.ts";
import type { Cause } from "./cause.ts";

/** How many things one step may make, or touch first, before names repeat; two things of one name only cost reduction. */
const MOST = 4_096;

export class ResourceNames {
  /** Names that the program gave, which hold whenever the thing is touched first. */
  readonly #given = new Map<string, number>();
  #named = new Map<object, number>();
  /** Names of what a step of this run made. */
  #made = new Map<object, number>();
  #words = new Map<object, string>();
  readonly #touched: Ordinals = { event: undefined, count: 0 };
  readonly #making: Ordinals = { event: undefined, count: 0 };

  /** Begins a run, whose objects are new. */
  clear(): void {
    // New ones: a Map that is cleared leaves a chain of tables behind, each of which keeps a run alive.
    this.#named = new Map();
    this.#made = new Map();
    this.#words = new Map();
    this.#touched.event = undefined;
    this.#making.event = undefined;
  }

  /** An event makes a new thing, whose name then holds whoever touches it first. */
  make(resource: object, event: Cause): void {
    this.#made.set(resource, event.id * 2 * MOST + next(this.#making, event));
  }

  /** Gives an object of this run the name that its like has in every run. */
  give(resource: object, name: string): void {
    let key = this.#given.get(name);
    if (key === undefined) {
      key = Math.min(EVERYTHING, FRESH) - 1 - this.#given.size;
      this.#given.set(name, key);
    }
    this.#named.set(resource, key);
    this.#words.set(resource, name);
  }

  /** Whether the program gave it its name. */
  isGiven(resource: object): boolean {
    return this.#named.has(resource);
  }

  /** What a resource is, for a person; undefined for what the explorer itself keeps track of. */
  wordsFor(resource: object): string | undefined {
    const words = this.#words.get(resource);
    if (words !== undefined) return words;
    const { name } = resource.constructor;
    return name === "Transition" || name === "Kernel" || name === "Object" || name === "Array" ? undefined : name;
  }

  /** The name of what the event touches, as the first in its run. */
  of(resource: object, event: Cause): number {
    return (
      this.#named.get(resource) ?? this.#made.get(resource) ?? (event.id * 2 + 1) * MOST + next(this.#touched, event)
    );
  }
}

/** Whether a name holds in every run; if not, only in those that have done the same until the thing was touched first. */
export function holdsEverywhere(key: number): boolean {
  return key < Math.min(EVERYTHING, FRESH) || Math.floor(key / MOST) % 2 === 0;
}

interface Ordinals {
  event: Cause | undefined;
  count: number;
}

function next(ordinals: Ordinals, event: Cause): number {
  if (ordinals.event !== event) {
    ordinals.event = event;
    ordinals.count = 0;
  }
  return ordinals.count++ % MOST;
}
