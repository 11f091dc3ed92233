/**
 * Exploring the scenario of a module on several threads: one goes through all orders, the others draw.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import { Exploration } from "../exploration.ts";
import { Explored, type ExploredCounts } from "../explored.ts";
import { explore } from "../explore.ts";
import { type ExploreOptions, readOptions } from "../options.ts";
import { parseReplay } from "../replay-string.ts";
import { Session } from "../session.ts";
import { loadScenario } from "./load-scenario.ts";
import type { WorkerJob, WorkerMessage } from "./worker.ts";

/** Options of `exploreModule()`. */
export interface ExploreModuleOptions extends ExploreOptions {
  /** Which export of the module is the scenario; `scenario` when absent. */
  readonly exportName?: string;
  /** Threads; 1 when absent, which is the calling one. */
  readonly workers?: number;
}

/** What one thread came to. */
interface Share {
  readonly verdict: Explored["verdict"];
  readonly counts: ExploredCounts;
  readonly choicePoints: readonly string[];
  readonly replay: string | undefined;
  readonly reason: string | undefined;
  readonly limits: readonly string[];
}

/**
 * Explores the scenario that a module exports.
 *
 * With several workers the first goes through all orders, the others draw orders by chance, each from a seed of its own; whoever comes to
 * a verdict ends the others.
 *
 * **Cancellation:** by `options.signal`.
 *
 * @param url of the module: `file:///app/pool.scenario.ts`.
 * @throws {@link ScenarioMissingError}; as `explore()`.
 */
export async function exploreModule(url: string | URL, options: ExploreModuleOptions = {}): Promise<Explored> {
  const { exportName = "scenario", workers = 1, ...rest } = options;
  const settings = readOptions(rest);
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new RangeError(`workers is a whole number from 1 up, and ${String(workers)} is not`);
  }
  const scenario = await loadScenario(url, exportName);
  if (workers === 1) return await explore(scenario, rest);
  const shares = await inParallel(String(url), exportName, workers, rest);
  const failed = shares.find(({ replay }) => replay !== undefined);
  const total = sumOf(shares);
  // What they found is gone through here, where the error of the run is at hand.
  if (failed?.replay !== undefined) {
    using session = new Session(scenario, settings);
    const { schedule } = parseReplay(failed.replay);
    return await new Exploration(session, settings).examine(schedule, total, failed.choicePoints);
  }
  // The first of them goes through the orders, and knows best why it ended.
  const decided: Share = shares.find(({ verdict }) => verdict !== "not-found") ?? (shares[0] as Share);
  const { verdict, choicePoints, limits, reason } = decided;
  return new Explored({
    verdict,
    counts: total,
    choicePoints,
    seed: settings.seed,
    limits,
    ...(reason !== undefined && { reason }),
  });
}

async function inParallel(url: string, exportName: string, workers: number, options: ExploreOptions): Promise<Share[]> {
  const { onProgress, signal, ...plain } = options;
  const counts = new Map<number, { orders: number; failing: number }>();
  const threads = Array.from({ length: workers }, (_, index): Worker => {
    const strategy = index === 0 ? (plain.strategy ?? "exhaustive") : "random";
    const job: WorkerJob = { url, exportName, options: { ...plain, strategy, seed: (plain.seed ?? 1) + index } };
    return new Worker(new URL("./worker.ts", import.meta.url), { workerData: job });
  });
  const stop = (): void => {
    for (const thread of threads) thread.postMessage("stop");
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.all(
      threads.map(async (thread, index) => {
        const share = await shareOf(thread, (progress) => {
          counts.set(index, progress);
          const all = [...counts.values()];
          const orders = all.reduce((sum, each) => sum + each.orders, 0);
          const failing = all.reduce((sum, each) => sum + each.failing, 0);
          onProgress?.({ orders, failing, stage: progress.stage });
        });
        if (share.verdict !== "not-found") stop();
        return share;
      }),
    );
  } finally {
    signal?.removeEventListener("abort", stop);
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function shareOf(
  thread: Worker,
  onProgress: (progress: { orders: number; failing: number; stage: string }) => void,
): Promise<Share> {
  const { promise, resolve, reject } = Promise.withResolvers<Share>();
  thread.on("message", (message: WorkerMessage) => {
    if (message.kind === "progress") onProgress(message.progress);
    else resolve(message.share);
  });
  thread.on("error", reject);
  thread.on("exit", (code) => reject(new Error(`a worker ended with exit code ${code} before it had a result`)));
  return promise;
}

function sumOf(shares: readonly Share[]): ExploredCounts {
  const add = (of: (counts: ExploredCounts) => number): number =>
    shares.reduce((sum, { counts }) => sum + of(counts), 0);
  const most = (of: (counts: ExploredCounts) => number): number => Math.max(...shares.map(({ counts }) => of(counts)));
  const first = shares.flatMap(({ counts }) => counts.firstFailure ?? []);
  return {
    orders: add(({ orders }) => orders),
    failing: add(({ failing }) => failing),
    redundant: add(({ redundant }) => redundant),
    exhausted: shares.some(({ counts }) => counts.exhausted),
    ...(first.length > 0 && { firstFailure: Math.min(...first) }),
    tasks: most(({ tasks }) => tasks),
    steps: most(({ steps }) => steps),
    milliseconds: most(({ milliseconds }) => milliseconds),
  };
}
