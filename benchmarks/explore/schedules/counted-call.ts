/**
 * What the bare operations of `schedules-kernel` do, in tasks, a wait and a cancel scope: the first to come opens the scope of the
 * connection, and the last to leave closes it.
 *
 * @module
 */
import { CancelScope } from "@holdfast/concurrency";

export class Connection {
  count = 0;
  scope: CancelScope | undefined = undefined;
}

/** @param pause what a call waits for while it holds the connection. */
export async function countedCall(connection: Connection, pause: () => Promise<void>): Promise<void> {
  if (connection.count++ === 0) connection.scope = new CancelScope({ name: "connection" }).enter();
  await pause();
  if (--connection.count === 0) connection.scope?.exit();
}
