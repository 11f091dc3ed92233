/**
 * The same order in the format of Chrome's tracing: what a viewer would draw from.
 *
 * @module
 */
import { explore } from "@holdfast/explore";
import { scenario } from "../../../examples/catalogue/incident.ts";
import type { Meter } from "../../row.ts";

export const operations = 1;

const found = await explore(scenario);
const pictures = 200;

export async function sample(meter: Meter): Promise<void> {
  const before = process.cpuUsage();
  let bytes = 0;
  for (let picture = 0; picture < pictures; picture++) bytes = Buffer.byteLength(JSON.stringify(found.chromeTrace()));
  const { user, system } = process.cpuUsage(before);
  meter.reportAll({ bytes, ms: (user + system) / 1_000 / pictures });
}
