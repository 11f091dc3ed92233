/**
 * The main job: sets the stage, fires the same requests at every lane, enumerates and explores the miniature, asks the
 * fix finder, checks what must hold, and writes the report.
 *
 * @module
 */
import { gather, run, withSignal } from "@holdfast/concurrency";
import { startBackend } from "./backend/start-backend.ts";
import { checkClaims, type Claim } from "./claims.ts";
import { type ExploredMiniature, exploreMiniature } from "./explored-miniature.ts";
import { fetchFailures } from "./fetch-failures.ts";
import type { FailureRecord } from "./backend/failure-record.ts";
import { type LaneMeasurement, measureLanes, type Progress } from "./measurement.ts";
import { askFix, type BundledFix } from "./fix/ask-fix.ts";
import { type OrdersResult, runCountedOrders, runOwnedOrders } from "./finishing-orders.ts";
import { createParameters, type ParameterOptions, type Parameters, quickFactor } from "./parameters.ts";
import { assertWritable, writeReport } from "./report/write-report.ts";
import { startTriageServer } from "./triage/start-triage-server.ts";

/** How the demo is run. */
export interface DemoOptions extends ParameterOptions {
  /** Where the report goes. */
  readonly reportPath: string;
  /** Ends the demo; its processes are gone before it rejects. */
  readonly signal?: AbortSignal;
  /** Told what is being done and how much of it is done. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called with the result while the backend is still up; the processes are ended when it settles. */
  readonly whileUp?: (result: DemoResult, backendUrl: string) => Promise<void>;
}

/** What the demo found. */
export interface DemoResult {
  readonly parameters: Parameters;
  readonly lanes: readonly LaneMeasurement[];
  readonly control: LaneMeasurement;
  /** Two-sided p of Fisher's test: owned against counted at the level that was fixed for it. */
  readonly p: number;
  /** The miniature over all finishing orders of four calls. */
  readonly miniature: { readonly counted: OrdersResult; readonly owned: OrdersResult };
  /** The miniature under the explorer. */
  readonly explored: ExploredMiniature;
  /** What the fix finder says of the bundled repository; null on a machine without git. */
  readonly fix: BundledFix | null;
  /** One record for each failed run. */
  readonly failures: readonly FailureRecord[];
  /** What has to hold, and whether it does. */
  readonly claims: readonly Claim[];
  readonly reportPath: string;
  /** How long it all took, in milliseconds. */
  readonly tookMs: number;
}

/**
 * Retells the incident.
 *
 * **Cancellation:** an abort of `options.signal` ends the requests and the child processes first; what was made for the
 * fix finder is removed.
 *
 * @throws RangeError for parameters that are out of range and {@link ReportNotWrittenError} for a path that cannot be
 * written, before anything is started; {@link ChildNotReadyError}; {@link BundledFixError}; what the requests throw when the backend cannot be
 * reached at all.
 */
export function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { signal } = options;
  return run(() => retell(options), { name: "demo", ...(signal === undefined ? {} : { signal }) });
}

async function retell(options: DemoOptions): Promise<DemoResult> {
  const started = performance.now();
  const { onProgress = () => {}, reportPath, whileUp } = options;
  const parameters = createParameters(options);
  await assertWritable(reportPath);
  const [counted, owned] = await gather([() => runCountedOrders(4), () => runOwnedOrders(4)]);
  const explored = await withSignal(exploreMiniature);
  const fix = await withSignal(askFix);

  await using stage = new AsyncDisposableStack();
  const backendUrl = await setStage(stage, parameters);
  const measured = await measureLanes(backendUrl, parameters, onProgress);
  const failures = await fetchFailures(backendUrl);
  const found = { parameters, ...measured, miniature: { counted, owned }, explored, fix, failures };
  const claims = checkClaims(found);
  await writeReport(reportPath, { ...found, claims });
  const result = { ...found, claims, reportPath, tookMs: performance.now() - started };
  await whileUp?.(result, backendUrl);
  return result;
}

/** Starts the processes; the stack ends them, the backend first. */
async function setStage(stage: AsyncDisposableStack, parameters: Parameters): Promise<string> {
  const { seed, toolMs, modelMs, model } = parameters;
  const triage = await withSignal((signal) => startTriageServer({ seed, toolMs, quickFactor, signal }));
  stage.defer(() => triage.close());
  const backend = await withSignal((signal) =>
    startBackend({ triageUrl: triage.url, seed, modelMs, ...(model !== null && { model }) }, signal),
  );
  stage.defer(() => backend.close());
  return backend.url;
}
