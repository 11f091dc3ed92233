/**
 * The fix finder, asked about the bundled history: which releases have the fix, and what a project should require.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFix, type FixAnswer, type PackageAnswer, raiseFloor } from "@holdfast/fixes";
import { BundledFixError } from "../errors.ts";
import { askedAt, bundledHistory, fixCommit, projectManifest } from "./bundled-history.ts";

/** What the fix finder says. */
export interface BundledFix {
  readonly answer: FixAnswer;
  /** The package that the fix is in. */
  readonly package: PackageAnswer;
  /** The one requirement that is raised. */
  readonly raise: { readonly package: string; readonly before: string; readonly after: string };
  /** The raise as a unified diff. */
  readonly diff: string;
}

/**
 * Makes the bundled repository and project in a temporary directory, asks, and removes both, however it ends.
 * Null when the machine has no git.
 *
 * **Cancellation:** an abort ends git, removes what was made and rejects with the signal's reason.
 *
 * @throws {@link BundledFixError} when git refuses the history or the answer lacks what the demo tells; what `findFix()`
 * and `raiseFloor()` throw.
 */
export async function askFix(signal: AbortSignal): Promise<BundledFix | null> {
  const dir = await mkdtemp(join(tmpdir(), "holdfast-demo-"));
  try {
    const repo = join(dir, "triage-kit.git");
    const project = join(dir, "on-call");
    await mkdir(project);
    await writeFile(join(project, "package.json"), projectManifest);
    const hasGit = await importHistory(dir, repo, signal);
    if (!hasGit) return null;
    const answer = await findFix({ repo, query: fixCommit, offline: true, signal });
    const { edits, diff } = await raiseFloor({ dir: project, answer, now: askedAt });
    const [about] = answer.packages;
    const [raise] = edits;
    if (about === undefined || raise === undefined) throw new BundledFixError("the answer names nothing to raise");
    return {
      answer,
      package: about,
      raise: { package: raise.package, before: raise.before, after: raise.after },
      diff,
    };
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** False when there is no git to be run. */
async function importHistory(cwd: string, repo: string, signal: AbortSignal): Promise<boolean> {
  // The hashes are told beforehand, so nobody's defaults may change the format, and no template adds hooks.
  const made = await git(
    ["init", "-q", "--bare", "--template=", "--object-format=sha1", "-b", "main", repo],
    cwd,
    signal,
  );
  return made && (await git(["--git-dir", repo, "fast-import", "--quiet"], cwd, signal, bundledHistory()));
}

function git(args: readonly string[], cwd: string, signal: AbortSignal, input = ""): Promise<boolean> {
  signal.throwIfAborted();
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  const env = { ...Object.fromEntries(inherited), GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const child = spawn("git", args, { cwd, env, stdio: ["pipe", "ignore", "pipe"], windowsHide: true });
  const abort = (): void => {
    child.kill();
  };
  signal.addEventListener("abort", abort, { once: true });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  // Git may end before it has read all; its exit code tells what happened.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  child.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") resolve(false);
    else reject(new BundledFixError("git could not be run", { cause: error }));
  });
  child.once("close", (code) => {
    if (signal.aborted) reject(signal.reason);
    else if (code === 0) resolve(true);
    else reject(new BundledFixError(`git ${args[0]} ended with ${code}: ${complaint.trim()}`));
  });
  return promise.finally(() => signal.removeEventListener("abort", abort));
}
