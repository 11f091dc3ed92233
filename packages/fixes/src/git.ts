/**
 * Git as a child process: no shell, no prompt, no editor, and only the transports that a URL may name. What git
 * prints is handed on as text; a failure becomes one error with what git said.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { devNull } from "node:os";
import { StringDecoder } from "node:string_decoder";
import { GitFailedError } from "./errors.ts";

/** How one git command is run. */
export interface GitOptions {
  /** The directory git is started in. */
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
  /** Written to git's standard input. */
  readonly input?: string | undefined;
  /** Gets each piece of output as it comes; the promise then gives "". */
  readonly onText?: ((text: string) => void) | undefined;
  /** Gets each piece of output undecoded as it comes; the promise then gives "". */
  readonly onBytes?: ((bytes: Buffer) => void) | undefined;
  /** Gets what git writes to its error stream, such as progress. */
  readonly onComplaint?: ((text: string) => void) | undefined;
}

/** Settings of a user or repository that would change what git prints or let it run other programs. */
const settings = ["log.showSignature=false", "core.quotePath=false", "core.fsmonitor=false", "gc.auto=0"];
/** The environment of a hook or an alias would point git at another repository. */
const inherited =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_.*|COMMON_DIR|NAMESPACE|EXTERNAL_DIFF|TRACE.*)$/;

/**
 * Runs git and gives its output, decoded as UTF-8.
 *
 * **Cancellation:** an aborted signal ends the git process and rejects with the signal's reason.
 *
 * @throws GitFailedError when git cannot be started or exits with another code than 0.
 */
export function runGit(args: readonly string[], options: GitOptions): Promise<string> {
  const { cwd, signal, input, onText, onBytes, onComplaint } = options;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const flags = settings.flatMap((setting) => ["-c", setting]);
  const child = spawn("git", [...flags, ...args], { cwd, env: environment(), stdio: "pipe", windowsHide: true });
  const pieces: string[] = [];
  const decoder = new StringDecoder("utf8");
  let complaint = "";
  const abort = (): void => {
    child.kill();
  };
  const take = onText ?? ((text: string): number => pieces.push(text));
  signal?.addEventListener("abort", abort, { once: true });
  child.stdout.on("data", onBytes ?? ((chunk: Buffer) => take(decoder.write(chunk))));
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
    onComplaint?.(chunk.toString());
  });
  // Git may exit before it has read all of its input; its exit code tells what happened.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  child.on("error", (error) => {
    signal?.removeEventListener("abort", abort);
    reject(new GitFailedError(args[0] ?? "", "it could not be started; is it installed?", { cause: error }));
  });
  child.on("close", (exitCode) => {
    signal?.removeEventListener("abort", abort);
    if (signal?.aborted) return reject(signal.reason as Error);
    if (exitCode !== 0) return reject(new GitFailedError(args[0] ?? "", complaint.trim()));
    take(decoder.end());
    resolve(pieces.join(""));
  });
  return promise;
}

/**
 * Runs git for a question to which failing is an answer: null when it exits with another code than 0.
 *
 * **Cancellation:** as {@link runGit}.
 */
export async function tryGit(args: readonly string[], options: GitOptions): Promise<string | null> {
  try {
    return await runGit(args, options);
  } catch (error) {
    if (error instanceof GitFailedError && error.cause === undefined) return null;
    throw error;
  }
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([key]) => !inherited.test(key));
  return {
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_ALLOW_PROTOCOL: "https:ssh:file",
    // A replaced commit, or one with other parents, is not what was released.
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_GRAFT_FILE: devNull,
    // Into a pipe git writes commit by commit otherwise, and waits for the reader each time: twice the time.
    GIT_FLUSH: "0",
    LC_ALL: "C",
  };
}
