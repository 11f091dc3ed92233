/**
 * `holdfast fix find`: which releases have a fix; and, from the text of an error, which commit may be the fix.
 *
 * @module
 */
import type { FixAnswer, FixFinder, HostMatch } from "@holdfast/fixes";
import { type Command, Option } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { unknownFor } from "./fix-answer.ts";
import { fixFindText, packagesWithout } from "./fix-find-text.ts";
import { addRepositoryOptions, FixProgress, type RepositoryFlags, repositoryOptions } from "./fix-repository.ts";
import { fixSearchText } from "./fix-search-text.ts";
import { fixShowText } from "./fix-show-text.ts";
import { InterruptionListener } from "./interruption.ts";
import { readWhole } from "./numbers.ts";
import { terminalJson } from "./terminal-text.ts";

interface FixFindFlags extends RepositoryFlags {
  readonly search?: string;
  readonly limit?: number;
  readonly package?: string;
  readonly pre: boolean;
  readonly show: boolean;
}

/** How many a reader looks through. */
const usualLimit = 10;
/** Each costs a question or more. */
const mostAskedOfHost = 5;

export function addFixFindCommand(fix: Command, console: Console, setExitCode: (code: number) => void): void {
  const find = fix
    .command("find")
    .description("which releases have a fix: the first, the gaps, and the safe floor of each major")
    .argument("<repo>", "a directory, a URL, or a package such as npm:undici or pypi:anyio")
    .argument("[query]", "a commit, #number, or the URL of a commit, pull request or issue")
    .addOption(
      new Option("--search <text>", "in place of <query>: rank what may be the fix by the text of an error").conflicts([
        "package",
        "pre",
      ]),
    )
    .option("--limit <n>", `with --search: how many are listed; ${usualLimit} when absent`, (text) =>
      readWhole("--limit", text, 1),
    )
    .option("--package <name>", "of several packages that the fix is in, this one only")
    .option("--pre", "count pre-releases as releases", false)
    .option("--show", "also print the commit: its message, files and hunks", false);
  addRepositoryOptions(find)
    .option("--json", "print one line for machines at the end", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 released, or --search found something; 2 not released; 3 unknown, or no more than possible; 64 usage" +
        "\n\nExample:\n  holdfast fix find ../triage-kit --search 'cancel scope'\n  holdfast fix find ../triage-kit '#4514' --show",
    )
    .action(async (repo: string, query: string | undefined, flags: FixFindFlags) => {
      setExitCode(await run(repo, query, flags, console));
    });
}

async function run(repo: string, query: string | undefined, flags: FixFindFlags, console: Console): Promise<number> {
  const { search, limit, json } = flags;
  if (query !== undefined && search !== undefined) {
    throw new UsageError("--search stands in place of <query>; leave one of them out");
  }
  if (query === undefined && search === undefined) {
    throw new UsageError("a fix is named by <query>; --search <text> looks for one by the text of an error");
  }
  if (search === undefined && limit !== undefined) throw new UsageError("--limit goes with --search");
  using interruption = new InterruptionListener();
  const { signal } = interruption;
  const progress = new FixProgress(console, !json);
  try {
    const fixes = await import("@holdfast/fixes");
    const queries = query === undefined ? [] : [query];
    const common = { signal, onProgress: progress.report };
    const finder = await fixes.FixFinder.open({ repo, queries, ...common, ...repositoryOptions(flags) });
    if (query === undefined) return await listCandidates(finder, search ?? "", flags, console, progress, signal);
    const answer = only(await finder.find(query, common), flags.package);
    await print(finder, answer, flags, console, progress, signal);
    return exitCodeOf(answer, flags.pre);
  } catch (error) {
    progress.clear();
    return unknownFor(error, console);
  } finally {
    progress.clear();
  }
}

async function print(
  finder: FixFinder,
  answer: FixAnswer,
  { json, show, pre }: FixFindFlags,
  { stdout }: Console,
  progress: FixProgress,
  signal: AbortSignal,
): Promise<void> {
  const shown = show && answer.commit !== null ? await finder.show(answer.commit, { signal }) : null;
  progress.clear();
  if (json) {
    stdout.write(terminalJson(shown === null ? answer : { ...answer, shown }));
    return;
  }
  const { commits, numbers } = finder.history;
  const commit = commits[numbers.get(answer.commit ?? "") ?? -1] ?? null;
  stdout.write(fixFindText(answer, commit, pre));
  if (shown !== null) stdout.write(`\n${fixShowText(shown, isColoured(stdout))}`);
}

async function listCandidates(
  finder: FixFinder,
  text: string,
  { json, show, limit = usualLimit }: FixFindFlags,
  { stdout }: Console,
  progress: FixProgress,
  signal: AbortSignal,
): Promise<number> {
  const candidates = finder.search(text, { limit });
  const host = await askHost(finder, text, Math.min(limit, mostAskedOfHost), progress, signal);
  const [first] = candidates;
  const shown = show && first !== undefined ? await finder.show(first.commit, { signal }) : null;
  progress.clear();
  if (json) stdout.write(terminalJson({ search: text, candidates, host, ...(shown !== null && { shown }) }));
  else stdout.write(fixSearchText(text, candidates, host));
  if (!json && shown !== null) stdout.write(`\n${fixShowText(shown, isColoured(stdout))}`);
  return candidates.length > 0 || (host ?? []).length > 0 ? exitCodes.ok : exitCodes.unknown;
}

/** What the clone tells is told although the host does not answer. */
async function askHost(
  finder: FixFinder,
  text: string,
  limit: number,
  progress: FixProgress,
  signal: AbortSignal,
): Promise<HostMatch[] | null> {
  try {
    return await finder.searchHost(text, limit, signal);
  } catch (error) {
    signal.throwIfAborted();
    progress.warn(`${error instanceof Error ? error.message : String(error)} (only the clone was searched)`);
    return null;
  }
}

/** The answer for one package, which the fix must be in. */
function only(answer: FixAnswer, wanted: string | undefined): FixAnswer {
  if (wanted === undefined) return answer;
  const packages = answer.packages.filter(({ name, pinnedBy }) => name === wanted || pinnedBy.includes(wanted));
  if (packages.length > 0) return { ...answer, packages };
  const names = answer.packages.flatMap(({ name, pinnedBy }) => (name === null ? pinnedBy : [name, ...pinnedBy]));
  throw new UsageError(
    `--package ${wanted}: the fix is in ${names.join(", ") || "a package without a name"}; name one of them, or leave it out`,
  );
}

/** Of several packages each must have released it: a fix that is out by half is not out. */
function exitCodeOf(answer: FixAnswer, isPreEnough: boolean): number {
  if (answer.confidence === "possible") return exitCodes.unknown;
  const isOut = answer.packages.length > 0 && packagesWithout(answer, isPreEnough).length === 0;
  return isOut ? exitCodes.ok : exitCodes.unavailable;
}

function isColoured({ isTTY }: NodeJS.WriteStream): boolean {
  return isTTY && process.env["NO_COLOR"] === undefined;
}
