/**
 * The commands and their options. Each command lives in a file of its own.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { exitCodes } from "./exit-codes.ts";
import { type Console, failWith } from "./console.ts";
import { terminalText } from "./terminal-text.ts";

type AddCommand = (program: Command, console: Console, setExitCode: (code: number) => void) => void;

/** Each in a module of its own, which brings the library behind it: what is not run is not loaded. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  demo: async () => (await import("./demo-command.ts")).addDemoCommand,
  reproduce: async () => (await import("./reproduce-command.ts")).addReproduceCommand,
  doctor: async () => (await import("./doctor-command.ts")).addDoctorCommand,
  explore: async () => (await import("./explore-command.ts")).addExploreCommand,
  replay: async () => (await import("./replay-command.ts")).addReplayCommand,
  fix: async () => (await import("./fix-command.ts")).addFixCommand,
};

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
  const words = isCommand ? argv : ["demo", ...argv];
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  try {
    const program = await createProgram(words, console, setExitCode);
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return failWith(error, console);
  }
}

/** Has the command that the first word names; all of them where it names none, for the help and for suggestions. */
async function createProgram(
  [first = ""]: readonly string[],
  console: Console,
  setExitCode: (code: number) => void,
): Promise<Command> {
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
  const wanted = Object.hasOwn(commands, first) ? [first] : Object.keys(commands);
  const added = await Promise.all(wanted.map(async (name) => await commands[name]?.()));
  for (const add of added) add?.(program, console, setExitCode);
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
