/**
 * The picture of the incident's smallest failing order.
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
  for (let picture = 0; picture < pictures; picture++) bytes = Buffer.byteLength(found.svg());
  const { user, system } = process.cpuUsage(before);
  meter.reportAll({ bytes, ms: (user + system) / 1_000 / pictures });
}
