/**
 * Runs one contestant of a benchmark and measures it each time its parent asks.
 *
 * A contestant has a process of its own for the whole run, so that the heap, the compiled code and the async hooks of one
 * never tax another. The parent asks them in turn (A B A B), so that a machine that slows down slows all alike. Garbage
 * of the sample before is collected first, as it belongs to nobody's measurement.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Contestant } from "./row.ts";

const [, , file = ""] = process.argv;
const { sample } = (await import(pathToFileURL(resolve(file)).href)) as Contestant;

async function measure(): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await sample();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

// A sample that fails is an unhandled rejection, which ends this process; the parent reports that.
process.on("message", () => void measure().then((cpu) => process.send?.(cpu)));
process.send?.("ready");
