/**
 * Windows runs programs by themselves, and scripts, npx.cmd among them, through its command interpreter, which reads the
 * line in its own way first.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { win32 } from "node:path";

/** What is handed to the system. */
export interface Runnable {
  readonly command: string;
  readonly args: readonly string[];
  /** Whether the arguments are quoted as they have to be. */
  readonly verbatim: boolean;
}

type Environment = Readonly<Record<string, string>>;

/** What the interpreter gives a meaning to; a caret before it takes that away. */
const META = /[ !"%&()*,;<=>?[\]^`|]/g;

/** The command in the form in which this system runs it. */
export function runnable(command: string, args: readonly string[], env: Environment): Runnable {
  if (process.platform !== "win32") return { command, args, verbatim: false };
  return runnableOnWindows(command, args, env, existsSync);
}

/** The command in the form in which Windows runs it; `exists` tells whether there is such a file. */
export function runnableOnWindows(
  command: string,
  args: readonly string[],
  env: Environment,
  exists: (path: string) => boolean,
): Runnable {
  const file = found(command, env, exists);
  if (file === undefined || /\.(?:com|exe)$/i.test(file)) return { command: file ?? command, args, verbatim: false };
  // Twice for the arguments: the interpreter reads the line, and the script hands them on in a line of its own.
  const line = [escaped(win32.normalize(file)), ...args.map((arg) => escaped(escaped(quoted(arg))))].join(" ");
  const interpreter = valueOf(env, "COMSPEC") ?? "cmd.exe";
  return { command: interpreter, args: ["/d", "/s", "/c", `"${line}"`], verbatim: true };
}

/** Where the command is, with the ending that Windows would add. */
function found(command: string, env: Environment, exists: (path: string) => boolean): string | undefined {
  const folders = /[\\/]/.test(command) ? [""] : (valueOf(env, "PATH") ?? "").split(";");
  const endings = (valueOf(env, "PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").split(";");
  const names = win32.extname(command) === "" ? endings.map((ending) => command + ending.toLowerCase()) : [command];
  return folders.flatMap((folder) => names.map((name) => win32.join(folder, name))).find(exists);
}

/** Variables have no case there. */
function valueOf(env: Environment, name: string): string | undefined {
  return Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}

/** In the quotes that programs take apart by the rules of CommandLineToArgvW: backslashes count before a quote only. */
function quoted(arg: string): string {
  return `"${arg.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/\\*$/, "$&$&")}"`;
}

function escaped(text: string): string {
  return text.replaceAll(META, "^$&");
}
