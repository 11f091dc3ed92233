/**
 * Names for what steps touch: numbers that hold from one run to the next.
 *
 * @module
 */
import type { TaskInfo } from "@holdfast/concurrency";
import { EVERYTHING, FRESH } from "./footprint.ts";
import type { Cause } from "./cause.ts";
import { Resource } from "./resource.ts";

/** How many things one step may make, or touch first, before names repeat; two things of one name only cost reduction. */
const MOST = 4_096;
/** Below it are the names that the program gave. */
const FIRST_GIVEN = Math.min(EVERYTHING, FRESH) - 1;

export class ResourceNames {
  readonly #given = new Map<string, Resource>();
  /** The fields of what has a name. */
  readonly #fields = new Map<string, Map<PropertyKey, Resource>>();
  readonly #touched: Ordinals = { event: undefined, count: 0 };
  readonly #making: Ordinals = { event: undefined, count: 0 };

  /** Begins a run. */
  clear(): void {
    this.#touched.event = undefined;
    this.#making.event = undefined;
  }

  /** The name of a new thing that an event makes, which holds whoever touches it first. */
  made(event: Cause): number {
    return event.id * 2 * MOST + next(this.#making, event);
  }

  /** The name of what an event touches, as the first in its run. */
  met(event: Cause): number {
    return (event.id * 2 + 1) * MOST + next(this.#touched, event);
  }

  /** What the program gave a name: what is called so in one run is taken for the same in every run. */
  given(words: string): Resource {
    let resource = this.#given.get(words);
    if (resource === undefined) {
      resource = new Resource(FIRST_GIVEN - this.#given.size, words);
      this.#given.set(words, resource);
    }
    return resource;
  }

  /** The fields of what is called `owner`, as far as somebody has asked for them. */
  fieldsOf(owner: string): Map<PropertyKey, Resource> {
    let fields = this.#fields.get(owner);
    if (fields === undefined) this.#fields.set(owner, (fields = new Map()));
    return fields;
  }

  /** A field of what is called `owner`. */
  field(owner: string, field: PropertyKey): Resource {
    const fields = this.fieldsOf(owner);
    let resource = fields.get(field);
    if (resource === undefined) fields.set(field, (resource = this.given(`${owner}.${String(field)}`)));
    return resource;
  }
}

/** What a resource is, for a person; undefined for what the explorer itself keeps track of. */
export function wordsFor(resource: object): string | undefined {
  if (resource instanceof Resource) return resource.words;
  if (isTask(resource)) return `the state of ${resource.name}`;
  const { name } = resource.constructor;
  return name === "Kernel" || name === "Object" || name === "Array" ? undefined : name;
}

/** What is in force in a task, and whether it has ended, stands in its TaskInfo. */
function isTask(resource: object): resource is TaskInfo {
  return "hasPendingCancellation" in resource && "name" in resource;
}

/** Whether a name holds in every run; if not, only in those that have done the same until the thing was touched first. */
export function holdsEverywhere(key: number): boolean {
  if (key <= FIRST_GIVEN) return true;
  return key <= 0x7fff_ffff ? (key & MOST) === 0 : Math.floor(key / MOST) % 2 === 0;
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
