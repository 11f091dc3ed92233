/**
 * One signal that all waits listen to, each for itself. Once only: to add a listener takes longer with every other one.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Meter } from "../../row.ts";

export const operations = 20_000;

export async function sample(meter: Meter): Promise<void> {
  const controller = new AbortController();
  const ended = Promise.withResolvers<void>();
  let left = operations;
  const onEnd = (): void => {
    if (--left === 0) ended.resolve();
  };
  for (let index = 0; index < operations; index++) void untilAborted(controller.signal).catch(onEnd);
  assert.equal(left, operations);
  meter.start("cold");
  controller.abort();
  await ended.promise;
  meter.stop();
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
