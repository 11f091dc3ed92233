/**
 * What a soak has to show, and whether it does: rules over what was found, each with its figures.
 *
 * @module
 */
import type { ServersReport } from "./http-servers-main.ts";
import type { Lane } from "./lanes.ts";
import { claims } from "./tally.ts";

/** What was left when all calls of a window had ended and the garbage was collected. */
export interface Rest {
  /** Calls made by then. */
  readonly calls: number;
  /** Bytes in use on the heap. */
  readonly heap: number;
  /** Sockets, pipes and child processes of this process. */
  readonly handles: number;
}

/** What a soak found. */
export interface Findings {
  /** By the number of the call, what its outcome says of whether it ran. */
  readonly claimed: Uint8Array;
  /** By the number of the call, by what it went. */
  readonly laneOf: (call: number) => Pick<Lane, "mostRuns" | "name">;
  readonly servers: ServersReport;
  readonly untyped: readonly string[];
  readonly mixedUp: readonly string[];
  readonly rests: readonly Rest[];
  /** Handles before the first connection, and after the last. */
  readonly handlesBefore: number;
  readonly handlesAfter: number;
  /** The most handles that the connections may hold when they are at rest. */
  readonly handlesOfLanes: number;
  /** What the connections say that they hold after their close, where it is anything. */
  readonly ledger: readonly string[];
  /** Lanes that did not answer once the mischief was over. */
  readonly unusable: readonly string[];
  /** Warnings of Node, rejections that nobody handled. */
  readonly noises: readonly string[];
}

/** One rule and how it went. */
export interface Verdict {
  readonly rule: string;
  readonly holds: boolean;
  readonly found: string;
}

/** What compiled code, grown tables and the arrays of the soak itself come to. A closure kept for each call is many times that. */
const HEAP_GROWTH = 4 * 1_024 * 1_024;
/** The first quarter is warm-up: code is being compiled, tables grow to their size. */
const WARM_UP = 0.25;

/** Judges by all rules. */
export function judge(findings: Findings): readonly Verdict[] {
  const { claimed, laneOf, servers, rests } = findings;
  const { executed, held } = servers;
  const twice: string[] = [];
  const wrongly: string[] = [];
  for (const [call, claim] of claimed.entries()) {
    const runs = executed[call] ?? 0;
    const { name, mostRuns } = laneOf(call);
    if (runs > mostRuns) twice.push(`call ${call} of ${name} ran ${runs} times`);
    if (claim === claims.ran && runs === 0) wrongly.push(`call ${call} of ${name} was answered and never ran`);
    if (claim === claims.didNotRun && runs > 0) wrongly.push(`call ${call} of ${name} ran, and was said not to have`);
  }
  const growth = heapGrowth(rests);
  const mostHandles = Math.max(...rests.map(({ handles }) => handles));
  const handlesAllowed = findings.handlesBefore + findings.handlesOfLanes;
  const leftAtServers = Object.entries(held).filter(([, count]) => count > 0);
  return [
    none("every call ends with its answer or a typed outcome", findings.untyped),
    none("every answer is that of its call", findings.mixedUp),
    none("no call runs twice, but where its lane has opted in", twice),
    none("what an outcome says of whether the call ran is so", wrongly),
    none("every lane answers once the mischief is over", findings.unusable),
    {
      rule: `the heap grows by less than ${megabytes(HEAP_GROWTH)} from the first third to the last, after the first quarter`,
      holds: growth < HEAP_GROWTH,
      found: `${megabytes(growth)} in ${rests.length} windows`,
    },
    {
      rule: "at rest there are never more handles than the connections may hold",
      holds: mostHandles <= handlesAllowed,
      found: `${mostHandles} of ${handlesAllowed}`,
    },
    none("after the close the ledgers of the connections are empty", findings.ledger),
    none(
      "after the close the servers hold nothing",
      leftAtServers.map(([what, count]) => `${what} ${count}`),
    ),
    {
      rule: "after the close there are as many handles as before the first opening",
      holds: findings.handlesAfter <= findings.handlesBefore,
      found: `${findings.handlesAfter}, and ${findings.handlesBefore} before`,
    },
    none("there is no warning, and no rejection that nobody handles", findings.noises),
  ];
}

/** From the median of the first third of the windows to that of the last, in bytes; 0 where there are too few to tell. */
function heapGrowth(rests: readonly Rest[]): number {
  const settled = rests.slice(Math.ceil(rests.length * WARM_UP));
  const third = Math.floor(settled.length / 3);
  if (third === 0) return 0;
  return median(settled.slice(-third)) - median(settled.slice(0, third));
}

function median(rests: readonly Rest[]): number {
  const heaps = rests.map(({ heap }) => heap).toSorted((left, right) => left - right);
  return heaps[Math.floor(heaps.length / 2)] ?? NaN;
}

function none(rule: string, offences: readonly string[]): Verdict {
  const [first = "none"] = offences;
  const more = offences.length > 1 ? `, and ${offences.length - 1} more` : "";
  return { rule, holds: offences.length === 0, found: `${first}${more}` };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_024 / 1_024).toFixed(1)} MiB`;
}
