/**
 * What an area of the benchmarks declares. `<area>/rows.ts` exports `rows`, and each file it names is a contestant.
 *
 * @module
 */

/** One operation, done by us and by our peers. */
export interface BenchmarkRow {
  readonly name: string;
  /** What the numbers are; they are CPU microseconds divided by `operations`. */
  readonly unit: string;
  /** How many operations one call of `sample` does. */
  readonly operations: number;
  /** Our contestant: a file beside `rows.ts`. */
  readonly ours: string;
  /** The peers' contestants by the name to print; a peer that is a package is called what the package is called. */
  readonly peers: Readonly<Record<string, string>>;
}

/** What the file of a contestant exports. */
export interface Contestant {
  /** Does the row's operations once. */
  readonly sample: () => Promise<unknown>;
}
