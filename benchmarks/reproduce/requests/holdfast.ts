/**
 * Ours, as `holdfast reproduce` uses it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { reproduce } from "@holdfast/reproduce";
import type { Meter } from "../../row.ts";
import { connections, signature, startNginx } from "../nginx.ts";

const url = await startNginx();

const requests = 60_000;
/** What is reported is for each request already. */
export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  const before = process.cpuUsage();
  const { levels } = await reproduce({ url, signature, requests, concurrency: connections });
  const { user, system } = process.cpuUsage(before);
  assert.deepEqual(levels[0]?.statuses, { 200: requests });
  assert.equal(levels[0]?.hits, 0);
  meter.report(requests / ((user + system) / 1e6));
}
