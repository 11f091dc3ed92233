/**
 * `holdfast fix check`: is a project affected, copy by copy.
 *
 * @module
 */
import type { Command } from "commander";
import type { Console } from "./console.ts";
import { addAnswerOptions, type FixAnswerFlags, loadAnswer, unknownFor } from "./fix-answer.ts";
import { fixCheckText } from "./fix-check-text.ts";
import { InterruptionListener } from "./interruption.ts";
import { terminalJson } from "./terminal-text.ts";

export function addFixCheckCommand(fix: Command, console: Console, setExitCode: (code: number) => void): void {
  addAnswerOptions(fix.command("check"))
    .description("is this project affected: every installed copy, and what the manifests let in")
    .option("--json", "print one line for machines at the end", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 it has the fix, 1 affected, 2 the fix is not released, 3 unknown, 64 usage" +
        "\n\nExample:\n  holdfast fix find ../triage-kit '#4514' --json > answer.json\n  holdfast fix check --answer answer.json",
    )
    .action(async (repo: string | undefined, query: string | undefined, flags: FixAnswerFlags) => {
      setExitCode(await run([repo, query], flags, console));
    });
}

async function run(words: readonly (string | undefined)[], flags: FixAnswerFlags, console: Console): Promise<number> {
  using interruption = new InterruptionListener();
  try {
    const answer = await loadAnswer(words, flags, console, interruption.signal);
    const { checkProject } = await import("@holdfast/fixes");
    const report = await checkProject({ dir: flags.dir, answer, now: Date.now() });
    const { exitCode, ...rest } = report;
    const { query, commit } = answer;
    console.stdout.write(flags.json ? terminalJson({ query, commit, ...rest }) : fixCheckText(answer, report));
    return exitCode;
  } catch (error) {
    return unknownFor(error, console);
  }
}
