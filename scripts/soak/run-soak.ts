/**
 * A soak: calls without end, on connections whose servers misbehave all the time, in windows between which everything rests
 * and is looked at.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { callOnce } from "./call-once.ts";
import { type Findings, judge, type Rest, type Verdict } from "./judge.ts";
import { type Lane, openLanes, type Surroundings } from "./lanes.ts";
import { Tally } from "./tally.ts";

/** What to do. */
export interface SoakOptions {
  readonly calls: number;
  /** The most minutes that calls are made for. */
  readonly minutes: number;
  readonly seed: number;
  /** Told now and then how far it is. */
  readonly onProgress: (calls: number, failed: number) => void;
}

/** What came of it. */
export interface SoakReport {
  readonly seed: number;
  /** Calls that were made. */
  readonly calls: number;
  readonly seconds: number;
  readonly lanes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly struck: Readonly<Record<string, number>>;
  readonly rests: readonly Rest[];
  readonly verdicts: readonly Verdict[];
}

const WORKERS_OF_A_LANE = 16;
const CALLS_OF_A_WINDOW = { least: 500, most: 10_000 };
/** Enough to tell a trend. */
const WINDOWS = 20;
/** How often an unlucky lane is tried once the mischief is over: its sockets may be those of a server that went. */
const LAST_TRIES = 5;
/** How long what was let go of may take to be gone, in milliseconds. */
const SETTLING = 5_000;

/** Makes the calls, closes everything, and judges. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { calls, seed } = options;
  const noises: string[] = [];
  const onNoise = (noise: unknown): void => void noises.push(String(noise));
  process.on("warning", onNoise);
  process.on("unhandledRejection", onNoise);
  try {
    await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-soak-"));
    const handlesBefore = await countHandles();
    const soak = new Soak(options);
    const startedAt = performance.now();
    let findings: Omit<Findings, "handlesAfter" | "noises">;
    {
      await using surroundings = await openLanes(seed, calls, folder.path);
      findings = { ...(await soak.run(surroundings)), handlesBefore };
    }
    const handlesAfter = await settle(countHandles, (handles) => handles <= handlesBefore);
    return {
      seed,
      calls: soak.made,
      seconds: (performance.now() - startedAt) / 1_000,
      lanes: Object.fromEntries([...soak.tally.outcomes].map(([lane, counts]) => [lane, Object.fromEntries(counts)])),
      struck: findings.servers.struck,
      rests: findings.rests,
      verdicts: judge({ ...findings, handlesAfter, noises }),
    };
  } finally {
    process.off("warning", onNoise);
    process.off("unhandledRejection", onNoise);
  }
}

class Soak {
  readonly tally: Tally;
  readonly #options: SoakOptions;
  readonly #endsAt: number;
  /** By the number of the call, the index of its lane. */
  readonly #laneOf: Uint8Array;
  readonly #rests: Rest[] = [];
  made = 0;

  constructor(options: SoakOptions) {
    this.#options = options;
    this.#endsAt = performance.now() + options.minutes * 60_000;
    this.tally = new Tally(options.calls);
    this.#laneOf = new Uint8Array(options.calls);
  }

  async run(surroundings: Surroundings): Promise<Omit<Findings, "handlesAfter" | "handlesBefore" | "noises">> {
    const { calls } = this.#options;
    const { lanes } = surroundings;
    const { least, most } = CALLS_OF_A_WINDOW;
    const size = Math.min(most, Math.max(least, Math.ceil(calls / WINDOWS)));
    while (this.made < calls && performance.now() < this.#endsAt) {
      await this.#window(lanes, Math.min(size, calls - this.made));
      this.#rests.push({ calls: this.made, heap: await countHeap(), handles: await countHandles() });
    }
    await surroundings.calm();
    const unusable = await findUnusable(lanes, this.#options.calls);
    await Promise.all(lanes.map(({ connection }) => connection.close()));
    const servers = await settle(
      () => surroundings.report(),
      ({ held }) => Object.values(held).every((count) => count === 0),
    );
    return {
      claimed: this.tally.claimed,
      laneOf: (call) => lanes[this.#laneOf[call] ?? 0] as Lane,
      servers,
      untyped: this.tally.untyped,
      mixedUp: this.tally.mixedUp,
      rests: this.#rests,
      handlesOfLanes: 1 + lanes.reduce((sum, { handles }) => sum + handles, 0),
      ledger: lanes.flatMap(leftIn),
      unusable,
    };
  }

  /** Makes so many calls, each lane its share, and waits until the last has ended. */
  async #window(lanes: readonly Lane[], calls: number): Promise<void> {
    const { seed, onProgress } = this.#options;
    let next = this.made;
    const end = this.made + calls;
    let share = 0;
    await Promise.all(
      lanes.map(async (lane, index) => {
        share += lane.share;
        const from = next;
        const to = Math.min(end, Math.round(this.made + calls * share));
        next = to;
        let call = from;
        const work = async (): Promise<void> => {
          while (call < to) {
            const number = call++;
            this.#laneOf[number] = index;
            await callOnce(lane, seed, number, this.tally);
          }
        };
        await Promise.all(Array.from({ length: WORKERS_OF_A_LANE }, work));
      }),
    );
    this.made = end;
    const answered = [...this.tally.outcomes.values()].reduce((sum, counts) => sum + (counts.get("answered") ?? 0), 0);
    onProgress(this.made, this.made - answered);
  }
}

/** What a closed connection still says that it holds. */
function leftIn({ name, connection }: Lane): string[] {
  const { state, leases, waiting, abandoned, callsInFlight } = connection.statistics();
  const left = Object.entries({ leases, waiting, abandoned, callsInFlight }).filter(([, count]) => count > 0);
  return [
    ...(state === "closed" ? [] : [`${name} is ${state}`]),
    ...left.map(([what, count]) => `${name} has ${what} ${count}`),
  ];
}

/** @param from numbers from here on are those of no call of the soak. */
async function findUnusable(lanes: readonly Lane[], from: number): Promise<string[]> {
  const tried = await Promise.all(
    lanes.map(async ({ name, connection }) => {
      let last: unknown;
      for (let tries = 0; tries < LAST_TRIES; tries++) {
        try {
          await connection.callTool("mark", { id: from + tries });
          return [];
        } catch (error) {
          last = error;
        }
      }
      return [`${name}: ${String(last)}`];
    }),
  );
  return tried.flat();
}

/** Bytes in use once the garbage is collected; several rounds, because what a finalizer lets go is garbage of the next. */
async function countHeap(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error("a soak needs node --expose-gc");
  for (let round = 0; round < 3; round++) {
    await turn();
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}

/** Sockets, pipes and child processes. Where the system has no list of them, those that keep this process alive. */
async function countHandles(): Promise<number> {
  await turn();
  try {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").split(" ").filter(Boolean);
    return readdirSync("/proc/self/fd").filter(isWire).length + children.length;
  } catch {
    // Timers are left out: libraries keep some that tick on for a while.
    return process.getActiveResourcesInfo().filter((name) => name !== "Timeout" && name !== "Immediate").length;
  }
}

function isWire(descriptor: string): boolean {
  try {
    return /^(?:pipe|socket):/.test(readlinkSync(`/proc/self/fd/${descriptor}`));
  } catch {
    // The one by which the list was read.
    return false;
  }
}

/** Looks until it is as it should be, or for as long as it may take. */
async function settle<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const endsAt = performance.now() + SETTLING;
  let seen = await look();
  while (!isSo(seen) && performance.now() < endsAt) {
    await pause(50);
    seen = await look();
  }
  return seen;
}
