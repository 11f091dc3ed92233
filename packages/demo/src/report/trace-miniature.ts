/**
 * The miniature as a picture: who held the connection when, who opened it, and who closed it or tried to.
 *
 * @module
 */
import { currentTask, gather, leafErrors, run, ScopeWrongTaskError, type TaskInfo } from "@holdfast/concurrency";
import { VirtualRuntime } from "@holdfast/concurrency/testing";
import type { Band, Lane, Swimlane } from "@holdfast/pictures";
import { type Connection, CountedConnection, OwnedConnection, toolCall } from "../miniature.ts";

const calls = [0, 1, 2, 3] as const;

/** A picture of one connection. */
export interface TracedConnection extends Swimlane {
  readonly bands: readonly [Required<Band>];
}

interface Trace {
  readonly lanes: readonly Lane[];
  /** When the last call was over, in milliseconds. */
  readonly end: number;
  readonly failure: unknown;
  readonly laneOf: (task: TaskInfo | undefined) => string;
}

/** The counted connection: call 0 opens, call 3 tries to close. */
export async function traceCounted(): Promise<TracedConnection> {
  const { lanes, end, failure, laneOf } = await trace(new CountedConnection(), new VirtualRuntime());
  if (!(failure instanceof ScopeWrongTaskError))
    throw new TypeError("the counted connection did not fail as it should", { cause: failure });
  const band = {
    name: "connection",
    from: 0,
    to: end,
    openedBy: laneOf(failure.host),
    closedBy: laneOf(failure.task),
    refused: true,
  };
  return { title: "The counted connection: the last to leave did not open it", lanes, bands: [band] };
}

/** The owned connection: the owner opens and closes, the calls borrow. */
export async function traceOwned(): Promise<TracedConnection> {
  const runtime = new VirtualRuntime();
  const connection = new OwnedConnection();
  const { lanes, failure } = await trace(connection, runtime);
  if (failure !== undefined) throw new TypeError("the owned connection failed", { cause: failure });
  await run(() => connection.owner.close(), { runtime });
  const end = runtime.now();
  const owner: Lane = { name: "owner", spans: [{ from: 0, to: end, kind: "wait", label: "parked" }] };
  const band = { name: "connection", from: 0, to: end, openedBy: "owner", closedBy: "owner", refused: false };
  return { title: "The owned connection: one task opens it and closes it", lanes: [owner, ...lanes], bands: [band] };
}

async function trace(connection: Connection, runtime: VirtualRuntime): Promise<Trace> {
  const names = new Map<number, string>();
  const lanes: Lane[] = [];
  const call = async (index: number): Promise<void> => {
    const name = `call ${index}`;
    names.set(currentTask().id, name);
    const from = runtime.now();
    let failed = true;
    try {
      await toolCall(connection, index);
      failed = false;
    } finally {
      lanes[index] = {
        name,
        spans: [{ from, to: runtime.now(), kind: "hold", ...(failed ? { outcome: "failed" as const } : {}) }],
      };
    }
  };
  let failure: unknown;
  try {
    await run(() => gather(calls.map((index) => () => call(index))), { runtime });
  } catch (error) {
    [failure] = leafErrors(error);
  }
  return { lanes, end: runtime.now(), failure, laneOf: (task) => names.get(task?.id ?? 0) ?? "" };
}
