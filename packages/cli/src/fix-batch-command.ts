/**
 * `holdfast fix batch`: any number of queries about one repository, which is read once.
 *
 * @module
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { FindFixProgress, FixOutcome } from "@holdfast/fixes";
import type { Command } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { unknownFor } from "./fix-answer.ts";
import { addRepositoryOptions, FixProgress, type RepositoryFlags, repositoryOptions } from "./fix-repository.ts";
import { InterruptionListener } from "./interruption.ts";
import { terminalJson } from "./terminal-text.ts";

export function addFixBatchCommand(fix: Command, console: Console, setExitCode: (code: number) => void): void {
  const batch = fix
    .command("batch")
    .description("answer many queries over one reading of the repository, a line of JSON each")
    .argument("<repo>", "a directory, a URL, or a package such as npm:undici or pypi:anyio")
    .argument("[file]", 'a query a line, or {"query": ...} a line; - is standard input', "-");
  addRepositoryOptions(batch)
    .option("--json", "draw no progress line; what is printed is JSON in any case", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 all were answered, 3 some were not, 64 usage" +
        "\n\nExample:\n  holdfast fix batch ../triage-kit queries.txt > answers.jsonl",
    )
    .action(async (repo: string, file: string, flags: RepositoryFlags) => {
      setExitCode(await run(repo, file, flags, console));
    });
}

async function run(repo: string, file: string, flags: RepositoryFlags, console: Console): Promise<number> {
  const queries = await readQueries(file);
  using interruption = new InterruptionListener();
  const { signal } = interruption;
  const progress = new FixProgress(console, !flags.json);
  try {
    const { findFixes } = await import("@holdfast/fixes");
    const { stdout } = console;
    let [done, failed] = [0, 0];
    // What is said of each step of each query would flicker; that they are read is of interest.
    const onProgress = (event: FindFixProgress): void => {
      if (event.kind !== "step" || done === 0) progress.report(event);
    };
    for await (const outcome of findFixes({ repo, queries, signal, onProgress, ...repositoryOptions(flags) })) {
      progress.clear();
      if ("error" in outcome) failed++;
      if (!stdout.write(terminalJson(lineOf(outcome)))) await once(stdout, "drain", { signal });
      progress.show("answering:", ++done, queries.length);
    }
    return failed === 0 ? exitCodes.ok : exitCodes.unknown;
  } catch (error) {
    signal.throwIfAborted();
    progress.clear();
    return unknownFor(error, console);
  } finally {
    progress.clear();
  }
}

function lineOf(outcome: FixOutcome): object {
  if ("answer" in outcome) return outcome.answer;
  const { query, error } = outcome;
  return { query, error: { code: error.code, message: error.message } };
}

async function readQueries(file: string): Promise<string[]> {
  const lines = (await readText(file)).split("\n").map((line) => line.trim());
  const queries = lines.filter((line) => line !== "").map(queryOf);
  if (queries.length === 0) {
    throw new UsageError(`${nameOf(file)} has no query; write one a line, such as #4514 or a commit's hash`);
  }
  return queries;
}

async function readText(file: string): Promise<string> {
  if (file === "-") return await text(process.stdin);
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} cannot be read (${found}); name a file of queries, or - for standard input`, {
      cause: error,
    });
  }
}

/** A line that is neither is left as it is: it gets an error of its own, and the others their answers. */
function queryOf(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { query } = JSON.parse(line) as { readonly query?: unknown };
    return typeof query === "string" ? query : line;
  } catch {
    return line;
  }
}

function nameOf(file: string): string {
  return file === "-" ? "standard input" : file;
}
