/**
 * Which resource stands for which thing in a run.
 *
 * A run that begins as the one before did meets the same things in the same order there, though they are other objects: so much of
 * it is taken from that run, and only the objects are exchanged.
 *
 * @module
 */
import { Resource } from "./resource.ts";

/** So many are found sooner by going through them than by a Map, which has to give each object a hash first. */
const FEW = 24;

export class Resources {
  /** What each resource stands for in this run, and the resources, which are used again in each run. */
  readonly #objects: object[] = [];
  readonly #resources: Resource[] = [];
  #count = 0;
  /** Of all of them; made when they are many. */
  #map: Map<object, Resource> | undefined;
  /** What was looked up last: most things are touched several times in a row. */
  #lastObject: object | undefined;
  #lastResource: Resource | undefined;
  /** How often something has been looked up in this run, and the how manieth time brought each of the resources. */
  #lookups = 0;
  readonly #firsts: number[] = [];

  /** Begins a run. */
  begin(): void {
    // Only of the last run: what others had in them is not kept alive, nor taken for what that one met.
    while (this.#objects.length > this.#count) this.#objects.pop();
    while (this.#firsts.length > this.#count) this.#firsts.pop();
    this.#count = 0;
    this.#map = undefined;
    this.#lastObject = undefined;
    this.#lookups = 0;
  }

  /** How often something has been looked up in this run: the same in runs that do the same. */
  get lookups(): number {
    return this.#lookups;
  }

  /** What stands for a thing; something new when nothing does yet. */
  of(object: object): Resource {
    this.#lookups += 1;
    if (object === this.#lastObject) return this.#lastResource as Resource;
    const resource = this.#find(object) ?? this.#take(object);
    this.#lastObject = object;
    this.#lastResource = resource;
    return resource;
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

  #find(object: object): Resource | undefined {
    const count = this.#count;
    if (count > FEW) return this.#mapOfAll().get(object);
    for (let at = count - 1; at >= 0; at--) if (this.#objects[at] === object) return this.#resources[at];
    return undefined;
  }

  #take(object: object): Resource {
    const at = this.#fill(object);
    const resource = this.#resources[at]?.reset() ?? (this.#resources[at] = new Resource());
    this.#firsts[at] = this.#lookups;
    this.#map?.set(object, resource);
    return resource;
  }

  #fill(object: object): number {
    const at = this.#count++;
    this.#objects[at] = object;
    return at;
  }

  #mapOfAll(): Map<object, Resource> {
    if (this.#map !== undefined) return this.#map;
    // A new one in each run: a Map that is cleared leaves a chain of tables behind, each of which keeps a run alive.
    const map = (this.#map = new Map<object, Resource>());
    for (let at = 0; at < this.#count; at++) map.set(this.#objects[at] as object, this.#resources[at] as Resource);
    return map;
  }
}
