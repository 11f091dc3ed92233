/**
 * What an area of the benchmarks declares. `<area>/rows.ts` exports `rows`, and each file it names is a contestant.
 *
 * @module
 */

/** One operation, done by us and by our peers. Rows that name the same files share their samples. */
export interface BenchmarkRow {
  readonly name: string;
  /** What the numbers are, for one operation; of a sample that gives several figures, which of them. */
  readonly unit: string;
  /** Our contestant: a file beside `rows.ts`, with a query where it is to read one from `import.meta.url`. */
  readonly ours: string;
  /** The peers' contestants by the name to print; a peer that is a package is called what the package is called. */
  readonly peers: Readonly<Record<string, string>>;
  /** Packages that the contestants use, to print their versions; peers that are called what a package is need no entry. */
  readonly packages?: readonly string[];
  readonly target?: Target;
  /** Takes every sample in a process of its own: for heaps, where the sample before leaves arrays that have grown. */
  readonly isFresh?: boolean;
}

/** What we want of a row. It is printed beside the numbers, and nothing fails that misses it. */
export type Target = TargetScope & ({ readonly most: number } | { readonly least: number });

interface TargetScope {
  /** The peer whose ratio is meant; absent when our number itself is. */
  readonly against?: string;
  /** What we hope for, where that is better still. */
  readonly aim?: number;
}

/** What one sample measured, for one operation: a number in the row's unit, or one for each of several units. */
export type Figures = number | Readonly<Record<string, number>>;

/** Measures a part of a sample. A sample that leaves it alone is measured from beginning to end. */
export interface Meter {
  /**
   * Starts the CPU clock, after collecting garbage: what came before was preparation. The time of several pairs adds up.
   *
   * @param caches `cold` also drops from the processor's caches what the preparation left there. For a row that compares
   *   few objects with many, where only the few would fit and the ratio would measure the machine's memory.
   */
  start(caches?: "warm" | "cold"): void;
  stop(): void;
  /** Gives what the sample measured by itself, in the row's unit, in place of CPU time. */
  report(amount: number): void;
  /** Gives several figures at once, by unit, for one operation or in a second: they are taken as they are. */
  reportAll(figures: Readonly<Record<string, number>>): void;
  /** Bytes in use on the heap once the garbage has been collected. */
  heapUsed(): Promise<number>;
}

/** What the file of a contestant exports. */
export interface Contestant {
  /** How many operations one call of `sample` does; what it measures is divided by that. */
  readonly operations: number;
  readonly sample: (meter: Meter) => Promise<unknown>;
}
