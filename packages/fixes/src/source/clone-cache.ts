/**
 * Clones of remote repositories that are kept between questions: bare, without file contents where the server can
 * leave them out, and never there in part.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { access, constants, mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { GitFailedError, SourceError } from "../errors.ts";
import { runGit, tryGit } from "../git.ts";
import type { FindFixProgress } from "../progress.ts";
import { withProcessLock } from "./process-lock.ts";
import type { RemoteUrl } from "./remote-url.ts";
import { runTransfer } from "./transfer.ts";

/** How a clone is kept up to date. */
export interface CacheOptions {
  readonly cache?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly refresh?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: FindFixProgress) => void) | undefined;
}

/** In a clone that is complete; its time is that of the last fetch. */
const marker = "holdfast-fetched";
/** Milliseconds. A person who asks twice in a row asks of the same state. */
const freshFor = 10 * 60_000;
const refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

/** The directory that clones are kept in, unless another is named. */
export function cacheDirectory(): string {
  const base = process.env["XDG_CACHE_HOME"] ?? "";
  return join(isAbsolute(base) ? base : join(homedir(), ".cache"), "holdfast", "repositories");
}

/**
 * Gives the directory of a clone of a repository that is as new as the options ask for. Without a network, an older
 * clone is better than none, and a warning says how old it is.
 *
 * **Cancellation:** an aborted signal ends git, leaves what was there as it was, and rejects with its reason.
 *
 * @throws SourceError (FIXES_CLONE_FAILED, FIXES_OFFLINE) when there is no clone and none can be made.
 */
export async function keepClone(remote: RemoteUrl, options: CacheOptions): Promise<string> {
  const { cache = cacheDirectory(), offline = false, signal } = options;
  const dir = join(cache, `${cachedName([remote.host, ...remote.path.split("/")], remote.key)}.git`);
  const now = Date.now();
  const age = await ageOf(dir, now);
  if (offline) {
    if (age !== null) {
      const text = `the network is not used; the answer is that of ${ago(age)} ago`;
      if (age >= freshFor) options.onProgress?.({ kind: "warning", text });
      return dir;
    }
    throw new SourceError(
      "FIXES_OFFLINE",
      `opening ${remote.url} offline: there is no clone of it in ${cache}; ask once without offline`,
    );
  }
  if (isFresh(age, options)) return dir;
  await prepare(cache);
  await withProcessLock(`${dir}.lock`, signal, async () => {
    // Another process may have done the work meanwhile.
    const since = await ageOf(dir, Date.now());
    if (since === null) await clone(remote, cache, dir, options);
    else if (age !== null && since >= age) await renew(remote, dir, since, options);
  });
  return dir;
}

/**
 * Fetches one ref of a kept clone, such as the head of a pull request; false when the server does not have it, or
 * cannot be reached.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 */
export async function fetchRef(dir: string, ref: string, signal?: AbortSignal): Promise<boolean> {
  const args = ["fetch", "-q", "--no-tags", "--no-write-fetch-head", "origin", `+${ref}:${ref}`];
  try {
    await runTransfer(args, { cwd: dir, transfer: "fetch", signal });
    return true;
  } catch (error) {
    if (error instanceof GitFailedError) return false;
    throw error;
  }
}

async function prepare(cache: string): Promise<void> {
  try {
    await mkdir(cache, { recursive: true });
    await access(cache, constants.W_OK);
  } catch (error) {
    throw new SourceError(
      "FIXES_CLONE_FAILED",
      `keeping clones in ${cache}: it cannot be written to; name another directory as the cache`,
      { cause: error },
    );
  }
}

/** Readable, safe as a file name everywhere, and of its own for every key. */
export function cachedName(words: readonly string[], key: string): string {
  const plain = words.join("-").replaceAll(/[^\w.-]+/g, "-");
  const tidy = plain.replaceAll(/^[-.]+|[-.]+$/g, "").slice(-80);
  return `${tidy.replace(/^[-.]+/, "")}-${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
}

/** Milliseconds since the last fetch; null when there is no complete clone. */
async function ageOf(dir: string, now: number): Promise<number | null> {
  try {
    return Math.max(0, now - (await stat(join(dir, marker))).mtimeMs);
  } catch {
    return null;
  }
}

function isFresh(age: number | null, { refresh = false }: CacheOptions): boolean {
  return age !== null && age < freshFor && !refresh;
}

async function clone(remote: RemoteUrl, cache: string, dir: string, options: CacheOptions): Promise<void> {
  const { signal, onProgress } = options;
  // Under the lock nobody else is at work on this name: what is there was left by a process that was killed.
  const partial = `${dir.slice(cache.length + 1)}.part-`;
  for (const left of await readdir(cache)) {
    if (left.startsWith(partial)) await rm(join(cache, left), { recursive: true, force: true });
  }
  await rm(dir, { recursive: true, force: true });
  const temporary = join(cache, `${partial}${crypto.randomUUID()}`);
  const args = ["clone", "--bare", "--filter=blob:none", "--no-local", "--template=", "--progress"];
  try {
    await runTransfer([...args, "--", remote.url, temporary], { cwd: cache, transfer: "clone", signal, onProgress });
    await writeGraph(temporary, signal);
    await writeFile(join(temporary, marker), "");
    signal?.throwIfAborted();
    await rename(temporary, dir);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!(error instanceof GitFailedError)) throw error;
    throw new SourceError(
      "FIXES_CLONE_FAILED",
      `cloning ${remote.url}: ${error.complaint || "git said nothing"}; check the URL, the network and your right to read it`,
      { cause: error },
    );
  }
}

async function renew(remote: RemoteUrl, dir: string, age: number, options: CacheOptions): Promise<void> {
  const { signal, onProgress } = options;
  const args = ["fetch", "--prune", "--no-tags", "--no-write-fetch-head", "--progress", "origin", ...refs];
  try {
    await runTransfer(args, { cwd: dir, transfer: "fetch", signal, onProgress });
    await followHead(dir, signal);
    await writeGraph(dir, signal);
    const now = new Date();
    await utimes(join(dir, marker), now, now);
  } catch (error) {
    if (!(error instanceof GitFailedError)) throw error;
    const text = `${remote.url} could not be fetched (${error.complaint || "git said nothing"}); the answer is that of ${ago(age)} ago`;
    onProgress?.({ kind: "warning", text });
  }
}

/** The default branch of the remote may have been renamed, and its old name is then gone. */
async function followHead(dir: string, signal: AbortSignal | undefined): Promise<void> {
  const options = { cwd: dir, signal };
  if ((await tryGit(["rev-parse", "--verify", "-q", "HEAD^{commit}"], options)) !== null) return;
  const listed = (await tryGit(["ls-remote", "--symref", "origin", "HEAD"], options)) ?? "";
  const name = /^ref: (refs\/heads\/\S+)\tHEAD$/m.exec(listed)?.[1];
  if (name !== undefined) await runGit(["symbolic-ref", "HEAD", name], options);
}

/** Makes every later reading faster; without it all is correct. */
async function writeGraph(dir: string, signal: AbortSignal | undefined): Promise<void> {
  await tryGit(["commit-graph", "write", "--reachable", "--no-progress"], { cwd: dir, signal });
}

function ago(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 120) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
