/**
 * A lock file between processes: whoever has it renews it while it works, and one that is no longer renewed is taken
 * over, so that a process that was killed holds nobody up.
 *
 * @module
 */
import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

const renewEvery = 5_000;
const staleAfter = 30_000;
const lookEvery = 200;

/**
 * Runs a function while no other process runs one under the same lock. Should two take over an abandoned lock in the
 * same instant, both run: what they do must be correct then too, if wasteful.
 *
 * **Cancellation:** an aborted signal ends the wait for the lock and rejects with its reason; the function has its own.
 */
export async function withProcessLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  fn: () => Promise<T>,
): Promise<T> {
  const own = `${process.pid} ${hostname()} ${crypto.randomUUID()}`;
  while (!(await take(path, own))) {
    if (await isAbandoned(path)) await rm(path, { force: true });
    else
      await delay(lookEvery, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
  }
  const renewal = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), renewEvery);
  renewal.unref();
  try {
    return await fn();
  } finally {
    clearInterval(renewal);
    if ((await readFile(path, "utf8").catch(() => "")) === own) await rm(path, { force: true });
  }
}

async function take(path: string, own: string): Promise<boolean> {
  try {
    await writeFile(path, own, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const [pid, host] = (await readFile(path, "utf8")).split(" ");
    if (host === hostname() && Number(pid) !== process.pid && !isAlive(Number(pid))) return true;
    return Date.now() - (await stat(path)).mtimeMs > staleAfter;
  } catch {
    // It has just been released.
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
