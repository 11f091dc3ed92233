/**
 * Git commands that use the network: one way to run them, with their progress as a percentage.
 *
 * @module
 */
import { GitFailedError } from "../errors.ts";
import { runGit, tryGit } from "../git.ts";
import type { FindFixProgress } from "../progress.ts";

/** How a transfer is run. */
export interface TransferOptions {
  readonly cwd: string;
  readonly transfer: "clone" | "fetch";
  readonly signal?: AbortSignal | undefined;
  /** Only objects that are named are fetched: what the two sides have in common need not be found out. */
  readonly isForObjects?: boolean;
  /** Written to git's standard input. */
  readonly input?: string | undefined;
  readonly onProgress?: ((progress: FindFixProgress) => void) | undefined;
}

const settings = [
  // A server that has gone silent ends the command; a slow one does not.
  ["http.lowSpeedLimit", "100"],
  ["http.lowSpeedTime", "60"],
  ["maintenance.auto", "false"],
  // The hooks of the user are about the user's own repositories.
  ["core.hooksPath", "/dev/null"],
] as const;
/** The server's counting says nothing of how much there is to come. */
const phase = /(Receiving objects|Resolving deltas):\s+(\d+)%/g;
const routine = /\d+% \(|^(?:remote: )?(?:Enumerating|Counting|Compressing|Total) |^Cloning into/;

/**
 * Runs a git command that uses the network.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 *
 * @throws GitFailedError with what git said.
 */
export async function runTransfer(args: readonly string[], options: TransferOptions): Promise<void> {
  const { cwd, transfer, signal, input, onProgress } = options;
  let highest = -1;
  const tell = (percent: number): void => {
    if (percent <= highest) return;
    highest = percent;
    onProgress?.({ kind: "transfer", transfer, percent });
  };
  const more = options.isForObjects === true ? [["fetch.negotiationAlgorithm", "noop"] as const] : [];
  const flags = [...settings, ...more].flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  onProgress?.({ kind: "transfer", transfer, percent: null });
  const onComplaint = (text: string): void => {
    for (const [, name, digits] of text.matchAll(phase)) {
      const percent = Number(digits);
      tell(name === "Receiving objects" ? Math.floor(percent * 0.9) : 90 + Math.floor(percent * 0.1));
    }
  };
  try {
    await runGit([...flags, ...(await unattended(cwd, signal)), ...args], { cwd, signal, input, onComplaint });
  } catch (error) {
    if (!(error instanceof GitFailedError)) throw error;
    throw new GitFailedError(args[0] ?? "", withoutProgress(error.complaint), { cause: error });
  }
  tell(100);
}

function withoutProgress(complaint: string): string {
  const lines = complaint.split(/[\r\n]+/).map((line) => line.trim());
  const telling = lines.filter((line) => line !== "" && !routine.test(line));
  const marked = telling.filter((line) => /^(?:fatal|error|remote|ssh):/i.test(line));
  return (marked.length > 0 ? marked : telling).map((line) => line.replace(/\.$/, "")).join("; ");
}

/** An ssh that asks nothing, unless the user has one of their own. */
async function unattended(cwd: string, signal: AbortSignal | undefined): Promise<string[]> {
  if (process.env["GIT_SSH_COMMAND"] !== undefined || process.env["GIT_SSH"] !== undefined) return [];
  const own = await tryGit(["config", "--get", "core.sshCommand"], { cwd, signal });
  return own === null ? ["-c", "core.sshCommand=ssh -oBatchMode=yes"] : [];
}
