/**
 * Runs one contestant of a benchmark and measures it each time its parent asks.
 *
 * A contestant has a process of its own, so that the heap, the compiled code and the async hooks of one never tax
 * another. The parent asks them in turn (A B A B), so that a machine that slows down slows all alike.
 *
 * CPU time is that of the whole process, so collecting the garbage that a contestant makes is on its bill. No garbage is
 * collected by force between two samples: with the last object of a class goes the compiled code that knows it, and the
 * sample after would measure the compiler, at two to three times the cost of the work.
 *
 * @module
 */
import { resolve } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Contestant, Figures, Meter } from "./row.ts";

const [, , file = "", query = ""] = process.argv;
const url = pathToFileURL(resolve(file));
url.search = query;
const { operations, sample } = (await import(url.href)) as Contestant;

class SampleMeter implements Meter {
  /** In microseconds of CPU or whatever the sample reports; undefined while the sample has not used the meter. */
  measured: number | undefined;
  figures: Readonly<Record<string, number>> | undefined;
  #before: NodeJS.CpuUsage | undefined;

  start(caches: "warm" | "cold" = "warm"): void {
    collectGarbage();
    // After the collector, which has just looked at every object.
    if (caches === "cold") coolCaches();
    this.#before = process.cpuUsage();
  }

  stop(): void {
    this.measured = (this.measured ?? 0) + microsecondsSince(this.#before);
    this.#before = undefined;
  }

  report(amount: number): void {
    this.measured = amount;
  }

  reportAll(figures: Readonly<Record<string, number>>): void {
    this.figures = figures;
  }

  /** Several rounds, because what a finalizer or a finished turn lets go is garbage of the round after. */
  async heapUsed(): Promise<number> {
    for (let round = 0; round < 3; round++) {
      await turn();
      collectGarbage();
    }
    return process.memoryUsage().heapUsed;
  }
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error("a contestant needs node --expose-gc");
  globalThis.gc();
}

/** Larger than the last cache of common processors, and read in steps of one cache line. */
const BALLAST = 128 * 2 ** 20;
const LINE = 64;
/** No cache drops strictly what is oldest; after one reading a third of the effect is still missing. */
const READINGS = 3;
let ballast: Uint8Array | undefined;

function coolCaches(): void {
  ballast ??= new Uint8Array(BALLAST).fill(1);
  let sum = 0;
  for (let reading = 0; reading < READINGS; reading++) {
    for (let index = 0; index < BALLAST; index += LINE) sum += ballast[index] ?? 0;
  }
  if (sum !== (READINGS * BALLAST) / LINE) throw new Error("the ballast that cools the caches was not read");
}

function microsecondsSince(before: NodeJS.CpuUsage | undefined): number {
  if (before === undefined) throw new Error("a meter was stopped that had not been started");
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function measure(): Promise<Figures> {
  const meter = new SampleMeter();
  const before = process.cpuUsage();
  await sample(meter);
  const whole = microsecondsSince(before);
  return meter.figures ?? (meter.measured ?? whole) / operations;
}

// A sample that fails is an unhandled rejection, which ends this process; the parent reports that.
process.on("message", () => void measure().then((figures) => process.send?.(figures)));
process.send?.("ready");
