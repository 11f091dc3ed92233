/**
 * A server process with all that it has started: on POSIX a process group of its own, which gets each signal as one.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Whether a process can be the leader of a group, and a group be signalled. */
export const hasProcessGroups: boolean = process.platform !== "win32";

/** The group of a process that was started detached. */
export class ProcessGroup {
  readonly #id: number;
  /** Once it is gone its number may be another's, who must never get a signal meant for this one. */
  #isGone = false;

  /** @param id the process id of its leader. */
  constructor(id: number) {
    this.#id = id;
  }

  /**
   * Whether any process of it is left. One that has ended does not count, though it keeps its number until its parent
   * has waited for it: those of the group that lost theirs may have come to a parent that never does, as the first
   * process of a container often is. Only Linux can tell such ones from the living.
   *
   * On Windows, where nobody can tell, it is what was said last by {@link markGone}.
   */
  get isAlive(): boolean {
    if (hasProcessGroups) this.signal(0);
    return !this.#isGone && !(process.platform === "linux" && isAllDefunct(this.#id));
  }

  /** Says that it is gone. */
  markGone(): void {
    this.#isGone = true;
  }

  /** Sends all of it a signal. On Windows, which has none, the tree is ended by force, whatever the signal. */
  signal(signal: NodeJS.Signals | 0): void {
    if (this.#isGone) return;
    if (!hasProcessGroups) {
      spawn("taskkill", this.#taskkill, { stdio: "ignore", windowsHide: true }).on("error", () => {});
      return;
    }
    try {
      process.kill(-this.#id, signal);
    } catch (error) {
      // Any other error, EPERM above all, says that there is somebody.
      if ((error as NodeJS.ErrnoException).code === "ESRCH") this.#isGone = true;
    }
  }

  /** Ends all of it by force, before this returns: for when this process is about to end as well. */
  kill(): void {
    if (hasProcessGroups) this.signal("SIGKILL");
    else if (!this.#isGone) spawnSync("taskkill", this.#taskkill, { stdio: "ignore", windowsHide: true });
  }

  get #taskkill(): readonly string[] {
    return ["/pid", String(this.#id), "/T", "/F"];
  }
}

/** Whether all processes of a group have ended; false when that cannot be seen. */
function isAllDefunct(group: number): boolean {
  try {
    const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return processes.every((id) => {
      const [state, , groupOf] = fieldsOf(id);
      return groupOf !== String(group) || state === "Z" || state === "X";
    });
  } catch {
    return false;
  }
}

/** The fields that follow the name, which is in parentheses and may hold anything (proc_pid_stat(5)). */
function fieldsOf(id: string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    // It has gone since.
    return [];
  }
}
