/**
 * `holdfast doctor <url | -- command...>`: what an MCP server and the connection to it do, and what that would break.
 *
 * @module
 */
import {
  examineMcpServer,
  type McpExamination,
  type McpHttpOptions,
  type McpProtocol,
  type McpStdioOptions,
} from "@holdfast/mcp";
import { type Command, Option } from "commander";
import { type Console, UsageError } from "./console.ts";
import { doctorJson } from "./doctor-json.ts";
import { doctorText } from "./doctor-text.ts";
import { exitCodes } from "./exit-codes.ts";
import { addHeader } from "./header-option.ts";
import { InterruptionListener } from "./interruption.ts";
import { readWhole } from "./numbers.ts";
import { ProgressLine } from "./progress-line.ts";
import { terminalJson } from "./terminal-text.ts";

interface DoctorFlags {
  readonly header: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly tool?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly parallel: number;
  readonly timeout: number;
  readonly protocol: McpProtocol;
  readonly json: boolean;
}

const protocols: readonly McpProtocol[] = ["auto", "legacy", "2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"];

export function addDoctorCommand(program: Command, console: Console, setExitCode: (code: number) => void): void {
  program
    .command("doctor")
    .usage("[options] <url>\n       holdfast doctor [options] -- <command...>")
    .argument("<target...>", "the URL of the server, or after -- the command that starts it")
    .description("look at what an MCP server and the connection to it do, and what that would break for whom")
    .addOption(
      new Option("--header <line>", 'over HTTP: a header of each request, "name: value"; may be repeated')
        .argParser(addHeader)
        .default({}, "none"),
    )
    .addOption(
      new Option("--env <setting>", "of a command: a variable of its environment, NAME=value; may be repeated")
        .argParser(addVariable)
        .default({}, "none"),
    )
    .option("--tool <name>", "the tool that may be called; without it, no tool is")
    .option("--args <json>", "its arguments; in strings, {n} becomes a number of each call's own", readArgs)
    .option("--parallel <n>", "how many are asked for at the same time", (text) => readWhole("--parallel", text, 2), 10)
    .option("--timeout <ms>", "how long one answer may take", (text) => readWhole("--timeout", text, 1), 10_000)
    .addOption(
      new Option("--protocol <version>", "the revision of the protocol that the connection is of")
        .choices(protocols)
        .default("auto"),
    )
    .option("--json", "print one line for machines at the end", false)
    .addHelpText(
      "after",
      `\nExample:\n  holdfast doctor http://127.0.0.1:3001/mcp --tool search_logs --args '{"query":"{n}"}'\n` +
        "  holdfast doctor -- npx -y @modelcontextprotocol/server-everything",
    )
    .action(async (words: readonly string[], flags: DoctorFlags, command: Command) => {
      setExitCode(await run(readServer(words, flags, isAfterDashes(command)), flags, console));
    });
}

async function run(
  server: McpHttpOptions | McpStdioOptions,
  flags: DoctorFlags,
  { stdout, stderr }: Console,
): Promise<number> {
  const { tool, args, parallel, timeout, json } = flags;
  if (args !== undefined && tool === undefined)
    throw new UsageError("--args needs --tool <name>, whose arguments they are");
  using interruption = new InterruptionListener();
  const line = new ProgressLine(stderr, !json);
  try {
    const examination = await examineMcpServer(server, {
      ...(tool !== undefined && { tool }),
      ...(args !== undefined && { args }),
      parallel,
      timeout,
      signal: interruption.signal,
      onProgress: ({ doing, done, of }) => line.show(`looking at ${doing}:`, done, of),
    });
    line.clear();
    stdout.write(json ? terminalJson(doctorJson(examination)) : doctorText(examination));
    return exitCodeOf(examination);
  } finally {
    line.clear();
  }
}

function exitCodeOf({ verdict }: McpExamination): number {
  return verdict === "fail" ? exitCodes.verdict : exitCodes.ok;
}

/** What is not after the dashes is a URL: a command may be anything, and a mistyped URL must not be run as one. */
function readServer(
  [first = "", ...rest]: readonly string[],
  { header, env, protocol }: DoctorFlags,
  isCommand: boolean,
): McpHttpOptions | McpStdioOptions {
  const [headers, variables] = [Object.keys(header).length, Object.keys(env).length];
  if (isCommand) {
    if (headers > 0)
      throw new UsageError("--header is for a URL; a command is given its secrets with --env NAME=value");
    return { command: first, args: rest, env, protocol };
  }
  if (rest.length > 0 || !URL.canParse(first)) {
    throw new UsageError(`"${[first, ...rest].join(" ")}" is not a URL; a command stands after --`);
  }
  if (variables > 0) throw new UsageError("--env is for a command; a URL is given its secrets with --header");
  return { url: first, headers: header, protocol };
}

/** Whether the words stand after `--`; the parser takes that away. */
function isAfterDashes({ parent, args }: Command): boolean {
  const { rawArgs = [] } = parent as unknown as { rawArgs?: readonly string[] };
  return rawArgs.length > args.length && rawArgs.at(-args.length - 1) === "--";
}

function addVariable(setting: string, variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(setting) ?? [];
  if (name === undefined || value === undefined) {
    // Without the text, which may hold a secret.
    throw new UsageError("--env takes NAME=value, and what was given is not of that form");
  }
  return { ...variables, [name]: value };
}

function readArgs(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`--args: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  throw new UsageError(`--args takes a JSON object, and ${text} is none`);
}
