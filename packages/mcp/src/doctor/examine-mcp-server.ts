/**
 * The examination of a server: a connection is opened, and one thing after the other looked at.
 *
 * @module
 */
import { currentTime, isCancelled, run, TimeoutError } from "@holdfast/concurrency";
import type { McpHttpOptions, McpStdioOptions } from "../options.ts";
import { answersCheck, cancelCheck, parallelCheck, unknownToolCheck } from "./call-checks.ts";
import { closeCheck } from "./close-check.ts";
import { fail, type McpCheck, type McpCheckName, type McpExamination, type McpToolFacts } from "./examination.ts";
import { listCheck, schemasCheck } from "./list-checks.ts";
import { discoverOverHttp, discoverOverStdio, openCheck } from "./opening-checks.ts";
import { type Check, Patient } from "./patient.ts";
import { processChecks } from "./process-checks.ts";
import { reconnectOverHttp, reconnectOverStdio } from "./reconnect-checks.ts";
import { deleteCheck, expiryCheck, streamCheck } from "./session-checks.ts";

/** Options of {@link examineMcpServer}. */
export interface McpExamineOptions {
  /** The tool that may be called. Without one no tool is, and what needs calls is skipped. */
  readonly tool?: string;
  /** Its arguments. In strings, `{n}` becomes a number of each call's own, by which a mix-up of answers is seen. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** How many calls are made at the same time; 10 when absent. */
  readonly parallel?: number;
  /** Milliseconds that each answer may take; 10 000 when absent. */
  readonly timeout?: number;
  /** Ends the examination when it aborts. */
  readonly signal?: AbortSignal;
  /** Told before each check, in the task of the examination: what it throws ends that. */
  readonly onProgress?: (progress: {
    readonly doing: McpCheckName;
    readonly done: number;
    readonly of: number;
  }) => void;
}

/** A server that does not answer within that is of no use to anybody who waits. */
const TIMEOUT = 10_000;
const PARALLEL = 10;

/**
 * Connects to a server and looks at what it does, and at what that would break for whom: parallel calls, cancellation,
 * forgotten sessions, a killed process, the end. It never calls a tool that it is not told to, and leaves nothing behind.
 *
 * A server process is started several times, and killed once. Beside those of `server`, requests are sent that no
 * well-behaved client sends; they have `server.headers`, and no other credentials.
 *
 * **Cancellation:** of the scope or of `options.signal`: ends all that was started.
 *
 * @throws {@link McpOpenFailedError} when no connection can be opened; TypeError or RangeError for bad options.
 */
export async function examineMcpServer(
  server: McpHttpOptions | McpStdioOptions,
  options: McpExamineOptions = {},
): Promise<McpExamination> {
  const { tool, args = {}, parallel = PARALLEL, timeout = TIMEOUT, signal } = options;
  const call = tool === undefined ? undefined : { tool, args };
  const patient = new Patient(server, { limit: timeout, parallel, call });
  return await run(() => examine(patient, options), { name: "doctor", ...(signal && { signal }) });
}

async function examine(patient: Patient, { onProgress }: McpExamineOptions): Promise<McpExamination> {
  const begun = currentTime();
  await using connection = patient.main.connection;
  await connection.withLease(() => {});
  patient.openedIn = currentTime() - begun;
  const facts = await connection.server();
  patient.facts = facts;
  const checks: McpCheck[] = [];
  const planned = planOf(patient);
  for (const check of planned) {
    onProgress?.({ doing: check.name, done: checks.length, of: planned.length });
    checks.push(await lookAt(check, patient));
  }
  const verdicts = checks.map(({ verdict }) => verdict);
  return {
    target: connection.name,
    server: facts,
    tools: patient.tools.map(toolFacts),
    checks,
    verdict: verdicts.includes("fail") ? "fail" : verdicts.includes("warn") ? "warn" : "ok",
    tookMs: currentTime() - begun,
  };
}

function planOf({ server }: Patient): readonly Check[] {
  const calls = [listCheck, schemasCheck, parallelCheck, answersCheck, cancelCheck, unknownToolCheck];
  return "url" in server
    ? [openCheck, discoverOverHttp, ...calls, streamCheck, expiryCheck, deleteCheck, reconnectOverHttp, closeCheck]
    : [openCheck, discoverOverStdio, ...calls, ...processChecks(), reconnectOverStdio, closeCheck];
}

async function lookAt({ name, otherwise, look }: Check, patient: Patient): Promise<McpCheck> {
  const begun = currentTime();
  try {
    const finding = await look(patient);
    return { name, ...finding, ms: currentTime() - begun };
  } catch (error) {
    if (isCancelled(error)) throw error;
    return { name, ...fail(wordsOf(error), otherwise), ms: currentTime() - begun };
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof TimeoutError) return `no answer within ${error.timeout} ms`;
  return error instanceof Error ? error.message : String(error);
}

function toolFacts({ name, annotations, outputSchema }: Patient["tools"][number]): McpToolFacts {
  return {
    name,
    readOnly: annotations?.readOnlyHint ?? null,
    destructive: annotations?.destructiveHint ?? null,
    outputSchema: outputSchema !== undefined,
  };
}
