/**
 * Checks of calls that run side by side.
 *
 * @module
 */
import type { CallToolResult } from "@modelcontextprotocol/client";
import { checkpoint, currentTime, failAfter, isCancelled, sleep } from "@holdfast/concurrency";
import { McpProtocolError } from "../errors.ts";
import { fail, inMs, type McpFinding, ok, skipped, warn } from "./examination.ts";
import { NO_TOOLS } from "./list-checks.ts";
import { type CallSeries, type Check, NUMBER, numberOf, type Patient } from "./patient.ts";

const NO_CALL = "needs a tool to call: name one with its arguments";
const lost = "agents that call several tools in one turn lose answers";

export const parallelCheck: Check = {
  name: "parallel",
  otherwise: lost,
  async look(patient) {
    if (patient.call !== undefined) return await parallelCalls(patient, patient.call.tool);
    if (!patient.hasTools) return skipped(NO_TOOLS);
    return await parallelLists(patient);
  },
};

export const answersCheck: Check = {
  name: "answers",
  otherwise: "a caller may be given the answer to another's call",
  look: ({ main: { transport }, call, series }) => {
    const { strayAnswers, answeredTwice } = transport;
    const mixed = series === undefined ? [] : mixedUp(series);
    const finding = (): McpFinding => {
      if (strayAnswers > 0) {
        return fail(`${strayAnswers} answers had the id of no request`, "the calls that they were for wait for ever");
      }
      if (mixed.length > 0) {
        return fail(
          `the answer to call ${mixed[0]} has the number of another`,
          "a caller is given the answer to another's call",
        );
      }
      if (answeredTwice > 0) {
        return warn(`${answeredTwice} requests were answered twice`, "strict clients give the connection up");
      }
      const ids = "each answer has the id of one request";
      if (call === undefined) return ok(ids);
      const isTold = series !== undefined && repeatsNumbers(series);
      return ok(
        isTold ? `${ids}, and the contents of its call` : `${ids}; an argument with ${NUMBER} in it would show more`,
      );
    };
    return Promise.resolve(finding());
  },
};

export const cancelCheck: Check = {
  name: "cancel",
  otherwise: "an agent that gives up one call loses the others",
  async look(patient) {
    if (patient.call === undefined) return skipped(NO_CALL);
    if (patient.isFailing) return skipped("its calls fail without that");
    const aloneMs = patient.series?.aloneMs ?? 0;
    for (const share of [0.5, 0.25, 0.1, 0]) {
      const finding = await cancelOne(patient, patient.call.tool, aloneMs * share);
      if (finding !== undefined) return finding;
    }
    return skipped(`its calls are answered too soon to be cancelled, in ${inMs(aloneMs)}`);
  },
};

/** A name that no server has. */
const NO_SUCH_TOOL = "holdfast-doctor-no-such-tool";

export const unknownToolCheck: Check = {
  name: "unknown-tool",
  otherwise: "a model that misspells a tool takes the connection down",
  async look({ main: { connection }, hasTools }) {
    if (!hasTools) return skipped(NO_TOOLS);
    try {
      const { isError } = await connection.callTool(NO_SUCH_TOOL);
      if (isError === true) return ok("a tool that does not exist gives a result that says so");
      return warn("a tool that does not exist gave a result", "a model that misspells a tool takes it for done");
    } catch (error) {
      if (error instanceof McpProtocolError && error.rpcCode !== undefined) {
        return ok(`a tool that does not exist is refused with error ${error.rpcCode}`);
      }
      throw error;
    }
  },
};

async function parallelCalls(patient: Patient, tool: string): Promise<McpFinding> {
  const { connection } = patient.main;
  const begun = currentTime();
  // Number 0, by which it is known what a single one comes to.
  await settled([connection.callTool(tool, patient.argsOf(0))]);
  const aloneMs = currentTime() - begun;
  const numbers = Array.from({ length: patient.parallel }, (_, index) => index + 1);
  const together = currentTime();
  const outcomes = await settled(numbers.map((number) => connection.callTool(tool, patient.argsOf(number))));
  const took = currentTime() - together;
  patient.series = { outcomes, aloneMs };
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  const [failure] = failures;
  if (failure !== undefined) {
    return fail(`${failures.length} of ${numbers.length} calls at once had no result: ${wordsOf(failure)}`, lost);
  }
  const found = `${numbers.length} calls at once in ${inMs(took)}, one alone in ${inMs(aloneMs)}`;
  const refused = outcomes.filter((outcome) => outcome.status === "fulfilled" && outcome.value.isError === true).length;
  if (refused === 0) return ok(found);
  return warn(
    `${found}; ${refused} of the results say that the tool failed`,
    "these arguments may show less than real ones",
  );
}

async function parallelLists({ main: { transport }, parallel }: Patient): Promise<McpFinding> {
  const begun = currentTime();
  const answers = await settled(Array.from({ length: parallel }, () => transport.ask("tools/list")));
  const bad = answers.filter((answer) => answer.status === "rejected" || "error" in answer.value);
  const found = `${parallel} lists at once in ${inMs(currentTime() - begun)}`;
  return bad.length === 0
    ? ok(`${found}; for calls, name a tool`)
    : fail(`${found}; ${bad.length} had no result`, lost);
}

/** Cancels one of three calls after a while. Undefined when it was answered before. */
async function cancelOne(patient: Patient, tool: string, after: number): Promise<McpFinding | undefined> {
  const { connection, transport } = patient.main;
  const { generation } = connection.statistics();
  const controller = new AbortController();
  const call = (number: number, signal?: AbortSignal): Promise<CallToolResult> =>
    connection.callTool(tool, patient.argsOf(number), signal === undefined ? {} : { signal });
  const calls = settled([call(1), call(2, controller.signal), call(3)]);
  // A failure is told below, and the sleep may be cancelled before.
  calls.catch(() => {});
  await (after > 0 ? sleep(after) : checkpoint());
  controller.abort(new Error("given up by the doctor"));
  const [first, cancelled, last] = await calls;
  if (cancelled?.status === "fulfilled") return undefined;
  const told = await failAfter(patient.limit, () => Promise.all(transport.cancellations));
  // It was given up before it was sent.
  if (told.length === 0 && !patient.isModern) return undefined;
  const [next] = await settled([call(4)]);
  const breaks = cancelCheck.otherwise;
  const disturbed = [first, last, next].find((outcome) => outcome?.status === "rejected");
  if (disturbed?.status === "rejected") return fail(`others failed: ${wordsOf(disturbed.reason)}`, breaks);
  if (cancelled?.reason !== controller.signal.reason) return fail(wordsOf(cancelled?.reason), breaks);
  if (connection.statistics().generation !== generation) {
    return fail("the server ended the connection, and a new one had to be opened", breaks);
  }
  if (told.includes(false)) {
    return warn(
      "the server refused to hear of it; no other call noticed",
      "calls that nobody waits for run to their end",
    );
  }
  const how = told.length > 0 ? "the server was told" : "its stream was closed";
  return ok(`${how}, and no other call noticed`);
}

/** All outcomes. **Cancellation:** of the calls, and then of this. */
async function settled<T>(calls: readonly Promise<T>[]): Promise<readonly PromiseSettledResult<T>[]> {
  const outcomes = await Promise.allSettled(calls);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected" && isCancelled(outcome.reason)) throw outcome.reason;
  }
  return outcomes;
}

/** The calls, from 1 up, whose answers have the number of another call in them and not their own. */
function mixedUp({ outcomes }: CallSeries): readonly number[] {
  const numbers = outcomes.map((_, index) => numberOf(index + 1));
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status === "rejected" || hasNumber(outcome.value, index + 1)) return [];
    const text = JSON.stringify(outcome.value);
    return numbers.some((number) => text.includes(number)) ? [index + 1] : [];
  });
}

/** Whether each answer has the number of its call in it. */
function repeatsNumbers({ outcomes }: CallSeries): boolean {
  return outcomes.every((outcome, index) => outcome.status === "fulfilled" && hasNumber(outcome.value, index + 1));
}

function hasNumber(result: CallToolResult, index: number): boolean {
  return JSON.stringify(result).includes(numberOf(index));
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
