/**
 * `holdfast replay <module> <string>`: runs a scenario once more in an order that was found before.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ReplayInvalidError, replayModule } from "@holdfast/explore";
import { type Command, Option } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { terminalJson, terminalLines } from "./terminal-text.ts";

interface ReplayFlags {
  readonly tolerant: boolean;
  readonly timers: "free" | "idle" | "ordered";
  readonly export: string;
  readonly json: boolean;
}

export function addReplayCommand(program: Command, console: Console, setExitCode: (code: number) => void): void {
  program
    .command("replay")
    .argument("<module>", "the file whose scenario is run")
    .argument("<string>", "what holdfast explore printed after the word replay")
    .description("run a scenario once more in an order that was found before")
    .option("--tolerant", "go on as well as possible where the program has changed", false)
    .addOption(
      new Option("--timers <how>", "in any order, limits last, or by their times")
        .choices(["free", "idle", "ordered"])
        .default("free"),
    )
    .option("--export <name>", "which export of the module is the scenario", "scenario")
    .option("--json", "print one line for machines", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 it passes, 1 it fails, 2 the program has changed since.\n\nExample:\n  holdfast replay ./pool.scenario.ts h1:9459d0:np:6.0,7.0",
    )
    .action(async (module: string, text: string, flags: ReplayFlags) => {
      const { tolerant, timers, export: exportName, json } = flags;
      const url = pathToFileURL(resolve(module));
      const replayed = await replayModule(url, text, { tolerant, timers, exportName }).catch(refuseBadString);
      console.stdout.write(json ? terminalJson(replayed) : `${terminalLines(replayed.explain())}\n`);
      setExitCode(replayed.failed ? exitCodes.verdict : exitCodes.ok);
    });
}

function refuseBadString(error: unknown): never {
  if (error instanceof ReplayInvalidError) throw new UsageError(error.message, { cause: error });
  throw error;
}
