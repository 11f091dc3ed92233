/**
 * The check of how a connection ends, which is the last.
 *
 * @module
 */
import { currentTime } from "@holdfast/concurrency";
import { fail, inMs, ok, warn } from "./examination.ts";
import type { Check } from "./patient.ts";

export const closeCheck: Check = {
  name: "close",
  otherwise: "a deployment that drains its connections loses calls",
  async look(patient) {
    const { main, call, limit, parallel } = patient;
    const { connection } = main;
    const before = connection.statistics().failures.length;
    const tool = patient.isFailing ? undefined : call?.tool;
    const calls =
      tool === undefined
        ? []
        : Array.from({ length: parallel }, (_, index) => connection.callTool(tool, patient.argsOf(index)));
    const outcomes = Promise.allSettled(calls);
    const begun = currentTime();
    await connection.drain(limit);
    const took = inMs(currentTime() - begun);
    const lost = (await outcomes).filter(({ status }) => status === "rejected").length;
    if (lost > 0) return fail(`${lost} of ${calls.length} calls under way were lost`, closeCheck.otherwise);
    const done = calls.length === 0 ? "closed" : `${calls.length} calls under way were answered, then closed`;
    const { failures, abandoned } = connection.statistics();
    const failure = failures.slice(before).at(-1);
    if (failure === undefined && abandoned === 0) return ok(`${done}, in ${took}`);
    const words = failure instanceof Error ? failure.message : "it was given up";
    return warn(`${done}, in ${took}, but not in order: ${words}`, "each client that closes waits for its time limit");
  },
};
