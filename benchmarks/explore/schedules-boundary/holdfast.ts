/**
 * A program that knows nothing of us: four calls over a counted connection, each of which waits for a timer of Node.
 *
 * @module
 */
import type { Meter } from "../../row.ts";
import { exhaustAgain } from "../rate.ts";
import { fourCalls } from "./four-calls.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  await exhaustAgain(meter, () => fourCalls(pause));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
