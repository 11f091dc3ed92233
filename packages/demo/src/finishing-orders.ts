/**
 * The miniature under every order in which its calls can finish, enumerated on virtual time.
 *
 * @module
 */
import { gather, leafErrors, run } from "@holdfast/concurrency";
import { VirtualRuntime } from "@holdfast/concurrency/testing";
import { type Connection, CountedConnection, OwnedConnection, toolCall } from "./miniature.ts";

/** What all finishing orders of the miniature gave. */
export interface OrdersResult {
  /** How many orders there are: n! for n calls. All of them were run. */
  readonly orders: number;
  /** In how many a call failed. */
  readonly failing: number;
  /** The message of the first failure, where there was one. */
  readonly message: string | undefined;
  /** The first failing order: which call finishes first, second, ... */
  readonly example: readonly number[] | undefined;
}

/** Runs the miniature once for each finishing order of `calls` calls, each time over a fresh connection. */
export async function runFinishingOrders(calls: number, connect: () => Connection): Promise<OrdersResult> {
  let orders = 0;
  let failing = 0;
  let message: string | undefined;
  let example: readonly number[] | undefined;
  for (const order of permutations(calls)) {
    orders += 1;
    const failure = await runOrder(order, connect());
    if (failure === undefined) continue;
    failing += 1;
    message ??= failure.message;
    example ??= order;
  }
  return { orders, failing, message, example };
}

/** The counted connection over all orders of `calls` calls. */
export function runCountedOrders(calls: number): Promise<OrdersResult> {
  return runFinishingOrders(calls, () => new CountedConnection());
}

/** The owned connection over all orders of `calls` calls. */
export function runOwnedOrders(calls: number): Promise<OrdersResult> {
  return runFinishingOrders(calls, () => new OwnedConnection());
}

/** The first leaf of what a run threw; undefined when every call gave its result. */
async function runOrder(order: readonly number[], connection: Connection): Promise<Error | undefined> {
  const runtime = new VirtualRuntime();
  const tasks = order.map((_, index) => () => toolCall(connection, index, 10 * (order.indexOf(index) + 1)));
  try {
    await run(() => gather(tasks), { runtime });
    return undefined;
  } catch (error) {
    const [leaf] = leafErrors(error);
    return leaf instanceof Error ? leaf : new Error("a call failed with something that is no error", { cause: leaf });
  } finally {
    if (connection instanceof OwnedConnection) await connection.owner.close();
  }
}

function* permutations(length: number, taken: readonly number[] = []): Generator<readonly number[]> {
  if (taken.length === length) yield taken;
  for (let next = 0; next < length; next++) {
    if (!taken.includes(next)) yield* permutations(length, [...taken, next]);
  }
}
