/**
 * A guard against two at once where neither should have to wait: it finds the mistake instead of hiding it.
 *
 * @module
 */
import type { Hold } from "./hold.ts";
import { Holding } from "./internal/holding.ts";
import { look, made, touch } from "./internal/touch.ts";
import { BusyResourceError } from "./resource-errors.ts";

/**
 * Lets one at a time do something, and throws at the second: for a socket that only one may read from, or a parser that
 * must not be fed from two sides. It knows nothing of tasks, and works outside them as well. To make the second wait
 * instead, use a {@link Lock}.
 *
 * ```ts run
 * import { ResourceGuard } from "@holdfast/concurrency";
 * const reading = new ResourceGuard("reading from");
 * const read = () => {
 *   using _guard = reading.enter();
 *   return read();
 * };
 * try {
 *   read();
 * } catch (error) {
 *   (error as Error).message; // => "Another task is already reading from this resource"
 * }
 * ```
 */
export class ResourceGuard {
  readonly #action: string;
  #current: Holding<undefined> | undefined;

  /** @param action what is guarded, for the error: "reading from", "writing to". */
  constructor(action: string = "using") {
    made(this);
    this.#action = action;
  }

  /**
   * Enters; leave by disposing of what this gives, best with `using`.
   *
   * @throws {@link BusyResourceError} while somebody is inside.
   */
  enter(): Hold {
    look(this);
    if (this.#current !== undefined) throw new BusyResourceError(this.#action);
    touch(this);
    this.#current = new Holding(undefined, this.#left);
    return this.#current;
  }

  readonly #left = (holding: Holding<undefined>): void => {
    touch(this);
    holding.isTakenBack = true;
    this.#current = undefined;
  };
}
