/**
 * A list that is joined at its end and left from anywhere. A Set would do, but each time that its table is renewed, the old one goes
 * on holding the new; once one of them is old enough to be collected seldom, it keeps alive what has long been deleted, which
 * with thousands of calls a second is most of what the collector has to do.
 *
 * @module
 */

/** A place in a list. */
export class Link<T> {
  readonly value: T;
  next: Link<T> | undefined = undefined;
  previous: Link<T> | undefined = undefined;
  list: LinkedList<T> | undefined = undefined;

  constructor(value: T) {
    this.value = value;
  }
}

export class LinkedList<T> implements Iterable<T> {
  #first: Link<T> | undefined = undefined;
  #last: Link<T> | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The value that has been here longest. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  /** Adds a value, and gives its place, which it leaves by. */
  add(value: T): Link<T> {
    const link = new Link(value);
    const last = this.#last;
    link.list = this;
    link.previous = last;
    if (last === undefined) this.#first = link;
    else last.next = link;
    this.#last = link;
    this.#size += 1;
    return link;
  }

  /** Takes a value out; false when it is not here. */
  remove(link: Link<T>): boolean {
    if (link.list !== this) return false;
    const { next, previous } = link;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    link.next = undefined;
    link.previous = undefined;
    link.list = undefined;
    this.#size -= 1;
    return true;
  }

  /** The first place whose value is as wanted, from the oldest on. */
  find(isWanted: (value: T) => boolean): Link<T> | undefined {
    for (let link = this.#first; link !== undefined; link = link.next) if (isWanted(link.value)) return link;
    return undefined;
  }

  /** From the oldest on; those that leave meanwhile are left out, as far as they have not come up. */
  *[Symbol.iterator](): Generator<T> {
    const values: Link<T>[] = [];
    for (let link = this.#first; link !== undefined; link = link.next) values.push(link);
    for (const link of values) if (link.list === this) yield link.value;
  }
}
