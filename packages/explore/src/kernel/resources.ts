/**
 * Which resource stands for which thing in a run.
 *
 * A run that begins as the one before did meets the same things in the same order there, though they are other objects: so much of
 * it is taken from that run, and only the objects are exchanged.
 *
 * @module
 */
import { listOf } from "./lists.ts";
import { Resource } from "./resource.ts";

/** So many are found sooner by going through them than by a Map, which has to give each object a hash first. */
const FEW = 24;

export class Resources {
  /** What each resource stands for in this run, and the resources, which are used again in each run. */
  #objects: (object | undefined)[] = [];
  readonly #resources: Resource[] = [];
  #count = 0;
  /** Of all of them; made when they are many. */
  #map: Map<object, number> | undefined;
  /** Where the last two things stand that were looked up: most are touched several times in a row. */
  #last = 0;
  #lastButOne = 0;
  /** How often something has been looked up in this run, and the how manieth time brought each of the resources. */
  #lookups = 0;
  readonly #firsts: number[] = [];

  /** Begins a run. */
  begin(): void {
    // A new one, because what is stored in an old one has to be noted for the garbage collector.
    this.#objects = listOf(this.#count);
    // Only of the last run: what others met is not taken for what that one met.
    while (this.#firsts.length > this.#count) this.#firsts.pop();
    this.#count = 0;
    this.#map = undefined;
    this.#last = 0;
    this.#lastButOne = 0;
    this.#lookups = 0;
  }

  /** How often something has been looked up in this run: the same in runs that do the same. */
  get lookups(): number {
    return this.#lookups;
  }

  /** What stands for a thing; something new when nothing does yet. */
  of(object: object): Resource {
    this.#lookups += 1;
    const objects = this.#objects;
    const last = this.#last;
    if (objects[last] === object) return this.#resources[last] as Resource;
    const at = objects[this.#lastButOne] === object ? this.#lastButOne : this.#at(object);
    this.#lastButOne = last;
    this.#last = at;
    return this.#resources[at] as Resource;
  }

  /** A lookup that the run before made as well: a thing that was met for the first time there has the same resource now. */
  again(object: object): void {
    const count = this.#count;
    if (this.#firsts[count] === ++this.#lookups) this.#fill(object);
  }

  /** A thing is touched whose resource is at hand. */
  pass(): void {
    this.#lookups += 1;
  }

  #at(object: object): number {
    const count = this.#count;
    if (count > FEW) return this.#mapOfAll().get(object) ?? this.#take(object);
    const objects = this.#objects;
    for (let at = count - 1; at >= 0; at--) if (objects[at] === object) return at;
    return this.#take(object);
  }

  #take(object: object): number {
    const at = this.#fill(object);
    if (this.#resources[at]?.reset() === undefined) this.#resources[at] = new Resource();
    this.#firsts[at] = this.#lookups;
    this.#map?.set(object, at);
    return at;
  }

  #fill(object: object): number {
    const at = this.#count++;
    this.#objects[at] = object;
    return at;
  }

  #mapOfAll(): Map<object, number> {
    if (this.#map !== undefined) return this.#map;
    // A new one in each run: a Map that is cleared leaves a chain of tables behind, each of which keeps a run alive.
    const map = (this.#map = new Map<object, number>());
    for (let at = 0; at < this.#count; at++) map.set(this.#objects[at] as object, at);
    return map;
  }
}
