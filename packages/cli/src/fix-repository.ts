/**
 * The repository that the commands of `fix` ask: its options, and what is said while it is read.
 *
 * @module
 */
import type { FindFixProgress, FixFinderOptions } from "@holdfast/fixes";
import { type Command, Option } from "commander";
import type { Console } from "./console.ts";
import { ProgressLine } from "./progress-line.ts";
import { terminalText } from "./terminal-text.ts";

/** The options of all commands that may ask a repository. */
export interface RepositoryFlags {
  readonly cache?: string;
  readonly offline?: boolean;
  readonly refresh?: boolean;
  readonly json: boolean;
}

/** Adds the options that say where clones are kept and whether the network is used. */
export function addRepositoryOptions(command: Command): Command {
  return command
    .option("--cache <dir>", "where clones are kept")
    .addOption(new Option("--offline", "answer from the clones that are there").conflicts("refresh"))
    .option("--refresh", "fetch into a kept clone, however young it is");
}

/** The same options for the library. */
export function repositoryOptions({
  cache,
  offline,
  refresh,
}: RepositoryFlags): Pick<FixFinderOptions, "cache" | "offline" | "refresh"> {
  return {
    ...(cache !== undefined && { cache }),
    ...(offline !== undefined && { offline }),
    ...(refresh !== undefined && { refresh }),
  };
}

const steps = { read: "reading the history:", compare: "comparing patches:", answer: "answering:" } as const;
const names = Object.keys(steps);

/** Says on standard error how far the reading is, on a terminal, and what weakens the answer, everywhere. */
export class FixProgress {
  readonly #stderr: NodeJS.WriteStream;
  readonly #line: ProgressLine;

  constructor({ stderr }: Console, isWanted: boolean) {
    this.#stderr = stderr;
    this.#line = new ProgressLine(stderr, isWanted);
  }

  readonly report = (progress: FindFixProgress): void => {
    const { kind } = progress;
    if (kind === "transfer") this.#line.show(`${progress.transfer}, percent:`, progress.percent ?? 0, 100);
    else if (kind === "step") this.#line.show(steps[progress.step], names.indexOf(progress.step) + 1, names.length);
    else this.warn(progress.text);
  };

  show(doing: string, done: number, of: number): void {
    this.#line.show(doing, done, of);
  }

  warn(text: string): void {
    this.clear();
    this.#stderr.write(`holdfast: ${terminalText(text)}\n`);
  }

  clear(): void {
    this.#line.clear();
  }
}
