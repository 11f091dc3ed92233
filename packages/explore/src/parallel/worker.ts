/**
 * The thread of a parallel exploration.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import type { ExploredCounts, Verdict } from "../explored.ts";
import { explore } from "../explore.ts";
import type { ExploreOptions, ExploreProgress } from "../options.ts";
import { loadScenario } from "./load-scenario.ts";

/** What a thread is to do. */
export interface WorkerJob {
  readonly url: string;
  readonly exportName: string;
  readonly options: ExploreOptions;
}

/** What a thread tells. */
export type WorkerMessage =
  | { readonly kind: "progress"; readonly progress: ExploreProgress }
  | {
      readonly kind: "share";
      readonly share: {
        readonly verdict: Verdict;
        readonly counts: ExploredCounts;
        readonly choicePoints: readonly string[];
        readonly replay: string | undefined;
        readonly reason: string | undefined;
        readonly limits: readonly string[];
      };
    };

const { url, exportName, options } = workerData as WorkerJob;
const tell = (message: WorkerMessage): void => parentPort?.postMessage(message);
const stopping = new AbortController();
parentPort?.on("message", () => stopping.abort());

const onProgress = (progress: ExploreProgress): void => tell({ kind: "progress", progress });
const scenario = await loadScenario(url, exportName);
const { verdict, counts, choicePoints, replay, reason, limits } = await explore(scenario, {
  ...options,
  onProgress,
  signal: stopping.signal,
});
tell({ kind: "share", share: { verdict, counts, choicePoints, replay, reason, limits } });
parentPort?.close();
