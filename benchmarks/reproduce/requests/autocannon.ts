/**
 * autocannon with a function that looks into each body.
 *
 * @module
 */
import assert from "node:assert/strict";
import autocannon from "autocannon";
import type { Meter } from "../../row.ts";
import { connections, signature, startNginx } from "../nginx.ts";

const url = await startNginx();

const requests = 30_000;
/** What is reported is for each request already. */
export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  const before = process.cpuUsage();
  const result = await autocannon({
    url,
    connections,
    amount: requests,
    verifyBody: (body: string) => !body.includes(signature),
  });
  const { user, system } = process.cpuUsage(before);
  assert.equal(result["2xx"], requests);
  assert.equal(result.mismatches, 0);
  meter.report(requests / ((user + system) / 1e6));
}
