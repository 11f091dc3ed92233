/**
 * The leases of a generation: joined at the end and left from anywhere. A Set would do, but each time that its table is renewed, the
 * old one goes on holding the new, and with many short leases most of what the collector does is to follow that chain.
 *
 * @module
 */
import type { Lease } from "../lease.ts";

/** The place of a lease. */
export class LeasePlace<T> {
  readonly lease: Lease<T>;
  next: LeasePlace<T> | undefined = undefined;
  previous: LeasePlace<T> | undefined = undefined;
  isTaken = true;

  constructor(lease: Lease<T>) {
    this.lease = lease;
  }
}

export class LeaseList<T> {
  #first: LeasePlace<T> | undefined = undefined;
  #last: LeasePlace<T> | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(lease: Lease<T>): LeasePlace<T> {
    const place = new LeasePlace(lease);
    const last = this.#last;
    place.previous = last;
    if (last === undefined) this.#first = place;
    else last.next = place;
    this.#last = place;
    this.#size += 1;
    return place;
  }

  /** Takes a lease out; false when it is not here any more. */
  remove(place: LeasePlace<T>): boolean {
    if (!place.isTaken) return false;
    const { next, previous } = place;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    place.next = undefined;
    place.previous = undefined;
    place.isTaken = false;
    this.#size -= 1;
    return true;
  }

  /** Takes all out, and gives them in the order in which they came. */
  takeAll(): Lease<T>[] {
    const leases: Lease<T>[] = [];
    for (let place = this.#first; place !== undefined; place = this.#first) {
      leases.push(place.lease);
      this.remove(place);
    }
    return leases;
  }
}
