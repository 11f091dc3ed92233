/**
 * The commands and their options. Each command lives in a file of its own.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addDemoCommand } from "./demo-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { addExploreCommand } from "./explore-command.ts";
import { type Console, failWith } from "./console.ts";
import { addReplayCommand } from "./replay-command.ts";
import { addReproduceCommand } from "./reproduce-command.ts";
import { terminalText } from "./terminal-text.ts";

/**
 * Runs one command line, without the executable's name, and gives the exit code. Without a command it runs the demo.
 *
 * **Cancellation:** SIGINT and SIGTERM end what the command has started; a second one ends the process.
 */
export async function main(argv: readonly string[], console: Console = process): Promise<number> {
  const [first] = argv;
  const isCommand =
    first !== undefined && (!first.startsWith("-") || ["-h", "--help", "-V", "--version"].includes(first));
  let exitCode: number = exitCodes.ok;
  const program = createProgram(console, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(isCommand ? argv : ["demo", ...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return failWith(error, console);
  }
}

function createProgram(console: Console, setExitCode: (code: number) => void): Command {
  const program = new Command("holdfast")
    .description("Who opens, closes: the way from an intermittent agent failure to its fix.")
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void console.stdout.write(text),
      writeErr: (text) => void console.stderr.write(text),
      outputError: (text, write) => write(`holdfast: ${usageText(text)}; holdfast --help lists what there is\n`),
    })
    .addHelpText(
      "after",
      "\nWithout a command, holdfast runs the demo. Exit codes and the shape of --json: docs/cli.md, docs/json.md" +
        "\n\nExample:\n  holdfast --seed 7",
    );
  addDemoCommand(program, console, setExitCode);
  addReproduceCommand(program, console, setExitCode);
  addDoctorCommand(program, console, setExitCode);
  addExploreCommand(program, console, setExitCode);
  addReplayCommand(program, console, setExitCode);
  return program;
}

/** The parser's words on one line; it says `error: unknown command 'demp'\n(Did you mean demo?)`. */
function usageText(text: string): string {
  return terminalText(text.replace(/^error: |\.?\n$/g, "").replaceAll("\n", " "));
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
