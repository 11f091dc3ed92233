/**
 * Sources for the tests of `iterate`: numbers, as an async iterable and as a web stream, that may stop coming.
 *
 * @module
 */
import { iterate } from "../src/index.ts";

/** A source that gives the numbers from 1 on, writes down how it is told, and may never give the one after `last`. */
export class Numbers implements AsyncIterable<number> {
  readonly told: unknown[] = [];
  readonly #last: number;
  readonly #cleanUp: () => PromiseLike<unknown>;
  #next = 1;

  constructor(last: number, cleanUp: () => PromiseLike<unknown> = () => Promise.resolve()) {
    this.#last = last;
    this.#cleanUp = cleanUp;
  }

  [Symbol.asyncIterator](): AsyncIterator<number> {
    return {
      next: () => (this.#next > this.#last ? never() : Promise.resolve({ value: this.#next++ })),
      return: async () => {
        this.told.push("return");
        await this.#cleanUp();
        return { done: true, value: undefined };
      },
    };
  }
}

/** The same as a web stream. */
export function stream(
  last: number,
  told: unknown[],
  cleanUp: () => PromiseLike<void> = () => Promise.resolve(),
): ReadableStream<number> {
  let next = 1;
  return new ReadableStream<number>({
    pull: (controller) => (next > last ? never() : controller.enqueue(next++)),
    cancel: (reason) => {
      told.push(reason);
      return cleanUp();
    },
  });
}

/** Reads a source to its end. */
export async function read<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterate(source)) items.push(item);
  return items;
}

export function never(): Promise<never> {
  return new Promise(() => {});
}
