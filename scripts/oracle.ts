/**
 * `npm run oracle`: whether the search for orders leaves any out, on many random programs. {@link usage} has the options.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { judge, minimal } from "../packages/explore/test/oracle.ts";
import { forkingProgramOf, type Program, programOf } from "../packages/explore/test/random-programs.ts";

const usage = `usage: npm run oracle -- [--programs <n>] [--seed <n>] [--workers <n>] [--orders <n>] [--forking]

  --programs  how many programs to try; 40000 when absent
  --seed      decides which; 1 when absent
  --workers   how many threads share the work; 2 when absent
  --orders    programs with more orders are left aside; 400 when absent
  --forking   programs whose steps go on in one of several ways, which the explorer chooses

Each program is run in all of its orders, and then in those that the search tries. Exit status: 0 when the search came to all
that can happen, each time, and at most 1.5 % of its runs were needless, of forking programs 20 %; 1 when not; 2 for options that
are none.`;

/** What a thread is to do: the programs from `first` on, each `step`th. */
interface Share {
  readonly seed: number;
  readonly first: number;
  readonly step: number;
  readonly programs: number;
  readonly orders: number;
  readonly isForking: boolean;
}

interface Tally {
  programs: number;
  tooMany: number;
  orders: number;
  searched: number;
  redundant: number;
  readonly mismatches: { readonly index: number; readonly what: string; readonly program: Program }[];
}

/** The largest part of the search's runs that may be needless, in percent; most are of steps that touch other things in other ways to go on. */
const MOST_REDUNDANT = 1.5;
/** Of programs that fork: a way that was tried before leaves the others to be tried, which may all have been. */
const MOST_REDUNDANT_FORKING = 20;
/** Programs between two reports of a thread. */
const BATCH = 50;

function emptyTally(): Tally {
  return { programs: 0, tooMany: 0, orders: 0, searched: 0, redundant: 0, mismatches: [] };
}

/** Tries one program after another, a batch in each turn of the event loop: promises are followed only inside one. */
function work({ seed, first, step, programs, orders, isForking }: Share, report: (tally: Tally) => void): void {
  let index = first;
  const turn = (): void => {
    const tally = emptyTally();
    for (; index < programs && tally.programs < BATCH; index += step) {
      tryOne(tally, (isForking ? forkingProgramOf : programOf)(seed, index), index, orders);
    }
    if (tally.programs > 0) report(tally);
    if (index < programs) setImmediate(turn);
  };
  setImmediate(turn);
}

function tryOne(tally: Tally, program: Program, index: number, orders: number): void {
  const { all, searched, redundant, mismatch } = judge(program, orders);
  tally.programs += 1;
  if (all === undefined) tally.tooMany += 1;
  tally.orders += all ?? 0;
  tally.searched += searched;
  tally.redundant += redundant;
  if (mismatch !== undefined) tally.mismatches.push({ index, what: mismatch, program: minimal(program, orders) });
}

function add(sum: Tally, { programs, tooMany, orders, searched, redundant, mismatches }: Tally): void {
  sum.programs += programs;
  sum.tooMany += tooMany;
  sum.orders += orders;
  sum.searched += searched;
  sum.redundant += redundant;
  sum.mismatches.push(...mismatches);
}

function line({ programs, tooMany, orders, searched, redundant, mismatches }: Tally): string {
  const share = (redundant / Math.max(1, searched + redundant)) * 100;
  return `${programs} programs (${tooMany} with too many orders left aside), ${orders} orders, ${searched} searched, ${share.toFixed(2)} % redundant, ${mismatches.length} mismatches`;
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new RangeError(`--${name} is a whole number from 1 up, and ${JSON.stringify(text)} is not`);
}

function parse(args: string[]): Omit<Share, "first" | "step"> & { readonly workers: number } {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: { programs: text, seed: text, workers: text, orders: text, forking: { type: "boolean" } },
  });
  return {
    programs: readCount("programs", values.programs ?? "40000"),
    seed: readCount("seed", values.seed ?? "1"),
    workers: readCount("workers", values.workers ?? "2"),
    orders: readCount("orders", values.orders ?? "400"),
    isForking: values.forking === true,
  };
}

async function main(args: string[]): Promise<number> {
  let options: ReturnType<typeof parse>;
  try {
    options = parse(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  const { workers, seed, programs, orders, isForking } = options;
  console.log(`seed ${seed}`);
  const sum = emptyTally();
  const threads = Array.from({ length: workers }, (_, first) => {
    const share: Share = { seed, first, step: workers, programs, orders, isForking };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    new Worker(new URL(import.meta.url), { workerData: share })
      .on("message", (tally: Tally) => {
        add(sum, tally);
        if (process.stdout.isTTY) process.stdout.write(`\r${line(sum)}`);
      })
      .on("error", reject)
      .on("exit", () => resolve());
    return promise;
  });
  await Promise.all(threads);
  if (process.stdout.isTTY) process.stdout.write("\r");
  console.log(line(sum));
  for (const { index, what, program } of sum.mismatches.slice(0, 5)) {
    console.log(`\nprogram ${index} of seed ${seed}: ${what}\n  the smallest like it: ${JSON.stringify(program)}`);
  }
  const most = isForking ? MOST_REDUNDANT_FORKING : MOST_REDUNDANT;
  const isLean = sum.redundant * 100 <= most * (sum.searched + sum.redundant);
  if (!isLean) console.log(`more than ${most} % of the runs were redundant`);
  return sum.mismatches.length === 0 && sum.programs === programs && isLean ? 0 : 1;
}

if (isMainThread) process.exitCode = await main(process.argv.slice(2));
else work(workerData as Share, (tally) => parentPort?.postMessage(tally));
