/**
 * `holdfast fix verify`: the proof of a raise, by the releases and by what runs before and after.
 *
 * @module
 */
import type { FixAnswer, TreeCommand, VerifyReport } from "@holdfast/fixes";
import type { Command } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { addAnswerOptions, type FixAnswerFlags, loadAnswer, unknownFor } from "./fix-answer.ts";
import { judgeByRate, reproduceCommand } from "./fix-verify-rate.ts";
import { fixVerifyText } from "./fix-verify-text.ts";
import { InterruptionListener } from "./interruption.ts";
import { readWhole } from "./numbers.ts";
import { ProgressLine } from "./progress-line.ts";
import { terminalJson, terminalText } from "./terminal-text.ts";

interface FixVerifyFlags extends FixAnswerFlags {
  readonly package?: string;
  readonly old?: string;
  readonly new?: string;
  readonly registry?: string;
  readonly run: readonly string[];
  readonly reproduce: readonly string[];
  readonly serve?: string;
  readonly signature: string;
  readonly requests: number;
  readonly concurrency: number;
}

export function addFixVerifyCommand(fix: Command, console: Console, setExitCode: (code: number) => void): void {
  const collect = (one: string, others: readonly string[]): readonly string[] => [...others, one];
  addAnswerOptions(fix.command("verify"))
    .description("prove the raise: the old version lacks the fix, the new one has it, and everything still works")
    .option("--package <name>", "only this one of the packages that have the fix")
    .option("--old <version>", "in place of the version that the project has")
    .option("--new <version>", "in place of the safe floor")
    .option("--registry <url>", "where releases are looked up, in place of what is configured")
    .option("--run <command>", "run before and after, and compared; may be repeated: install, tests", collect, [])
    .option(
      "--reproduce <script or url>",
      "a script that ends with 1 where the bug shows, or a URL for holdfast reproduce; may be repeated",
      collect,
      [],
    )
    .option("--serve <command>", "for a URL: starts its server in each tree")
    .option("--signature <text>", "for a URL: what to look for in the bodies", "cancel scope")
    .option("--requests <n>", "for a URL: how many in each tree", (text) => readWhole("--requests", text, 1), 100)
    .option("--concurrency <n>", "for a URL: how many at once", (text) => readWhole("--concurrency", text, 1), 10)
    .option("--json", "print one line for machines at the end", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 verified, 1 refuted, 2 the fix is not released, 3 unknown, 64 usage" +
        "\n\nExample:\n  holdfast fix verify --answer answer.json --run 'npm install' --run 'npm test' --reproduce ./bug.sh",
    )
    .action(async (repo: string | undefined, query: string | undefined, flags: FixVerifyFlags) => {
      setExitCode(await run([repo, query], flags, console));
    });
}

async function run(words: readonly (string | undefined)[], flags: FixVerifyFlags, console: Console): Promise<number> {
  const commands = readCommands(flags);
  using interruption = new InterruptionListener();
  const line = new ProgressLine(console.stderr, !flags.json);
  try {
    const answer = await loadAnswer(words, flags, console, interruption.signal);
    const { verifyFix } = await import("@holdfast/fixes");
    const url = flags.reproduce.find(isUrl);
    const report = await verifyFix({
      dir: flags.dir,
      answer,
      package: flags.package,
      old: flags.old,
      new: flags.new,
      registry: flags.registry,
      offline: flags.offline,
      commands,
      ...(url !== undefined && flags.serve !== undefined && { server: { command: flags.serve, url } }),
      signal: interruption.signal,
      onProgress: ({ command, tree, done, of }) => line.show(`${tree}: ${terminalText(command)}`, done, of),
    });
    const judged = await judgeByRate(report, commands, flags.concurrency);
    line.clear();
    console.stdout.write(flags.json ? terminalJson(verifyJson(answer, judged)) : fixVerifyText(answer, judged));
    return judged.exitCode;
  } catch (error) {
    line.clear();
    if (error instanceof Error && "code" in error && error.code === "FIXES_PROJECT_NOT_COMMITTED") {
      console.stderr.write(`holdfast: ${terminalText(error.message)}\n`);
      return exitCodes.usage;
    }
    return unknownFor(error, console);
  }
}

/** Before anything is touched. */
function readCommands({
  run: runs,
  reproduce,
  serve,
  signature,
  requests,
  concurrency,
}: FixVerifyFlags): TreeCommand[] {
  const urls = reproduce.filter(isUrl);
  if (urls.length > 0 && serve === undefined) {
    throw new UsageError(
      `--reproduce ${urls[0]} needs --serve <command>, which starts that server in each of the two trees`,
    );
  }
  if (urls.length === 0 && serve !== undefined)
    throw new UsageError("--serve goes with --reproduce <url>, whose server it starts");
  if (urls.length > 1) throw new UsageError("--reproduce takes one URL; leave the others to a script");
  return [
    ...runs.map((command): TreeCommand => ({ kind: "run", command })),
    ...reproduce.map((command): TreeCommand => {
      const argv = isUrl(command) ? reproduceCommand(command, { signature, requests, concurrency }) : undefined;
      return { kind: "reproduce", command, ...(argv !== undefined && { argv }) };
    }),
  ];
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function verifyJson({ query, commit }: FixAnswer, { verdict, releases, trees }: VerifyReport): object {
  return {
    query,
    commit,
    verdict,
    releases,
    trees:
      trees === null
        ? null
        : {
            edits: trees.raise.edits.map(({ file, line, package: name, table, before, after }) => {
              return { file, line, package: name, table, before, after };
            }),
            diff: trees.raise.diff,
            refusals: trees.raise.refusals,
            runs: trees.runs,
          },
  };
}
