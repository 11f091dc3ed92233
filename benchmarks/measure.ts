/**
 * Takes the samples of one row: every contestant in a process of its own, and all of them in turn.
 *
 * @module
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { BenchmarkRow, Figures } from "./row.ts";

/** Samples by contestant, each for one operation in the row's unit; ours are called `ours`. */
export type Samples = Readonly<Record<string, readonly number[]>>;

/** Samples by contestant as they were taken, with the figures of other rows that name the same files. */
export type Measured = Readonly<Record<string, readonly Figures[]>>;

// The first samples of a process are compilation more than work; the median of nine stands three that went wrong.
const warmUps = 3;
const alternations = 9;

/** Samples every contestant of a row in turn (A B A B). */
export async function measure(
  area: string,
  row: BenchmarkRow,
  onTurn: (turn: number, turns: number) => void,
): Promise<Measured> {
  const contestants = Object.entries({ ours: row.ours, ...row.peers }).map(([name, file]) => ({
    name,
    samples: [] as Figures[],
    process: new ContestantProcess(join(import.meta.dirname, area, file)),
  }));
  const ignored = row.isFresh === true ? 0 : warmUps;
  try {
    for (let turn = 0; turn < ignored + alternations; turn++) {
      onTurn(turn + 1, ignored + alternations);
      for (const contestant of contestants) {
        const sample = await contestant.process.sample();
        if (turn >= ignored) contestant.samples.push(sample);
        if (row.isFresh === true) contestant.process.end();
      }
    }
  } finally {
    for (const contestant of contestants) contestant.process.end();
  }
  return Object.fromEntries(contestants.map(({ name, samples }) => [name, samples]));
}

/** The figures of one row. */
export function samplesOf(measured: Measured, { name, unit }: BenchmarkRow): Samples {
  const pick = (figures: Figures): number => {
    const figure = typeof figures === "number" ? figures : figures[unit];
    if (figure === undefined) throw new Error(`the contestants of ${name} measure no ${unit}`);
    return figure;
  };
  return Object.fromEntries(Object.entries(measured).map(([contestant, samples]) => [contestant, samples.map(pick)]));
}

/** The middle one of an odd number of samples. */
export function median(samples: readonly number[] = []): number {
  return samples.toSorted((left, right) => left - right)[(samples.length - 1) / 2] ?? NaN;
}

/** A process that runs the file of one contestant; started when it is first asked, and again after its end. */
class ContestantProcess {
  readonly #file: string;
  readonly #query: string;
  #child: ChildProcess | undefined;

  constructor(path: string) {
    const [file = "", query = ""] = path.split("?");
    this.#file = file;
    this.#query = query;
  }

  async sample(): Promise<Figures> {
    const child = (this.#child ??= await this.#start());
    const answer = this.#reply(child);
    child.send("sample");
    return (await answer) as Figures;
  }

  end(): void {
    this.#child?.kill();
    this.#child = undefined;
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(join(import.meta.dirname, "contestant.ts"), [this.#file, this.#query], {
      execArgv: ["--expose-gc", "--conditions=@holdfast/source"],
    });
    await this.#reply(child);
    return child;
  }

  /** The next message of a contestant; an exit instead is an error, so that a contestant that dies does not hang the run. */
  async #reply(child: ChildProcess): Promise<unknown> {
    const done = new AbortController();
    try {
      return await Promise.race([
        once(child, "message", { signal: done.signal }).then(([message]: unknown[]) => message),
        once(child, "exit", { signal: done.signal }).then(([code]: unknown[]) => {
          throw new Error(`running ${this.#file}: its process ended with ${String(code)}; the reason stands above`);
        }),
      ]);
    } finally {
      done.abort();
    }
  }
}
