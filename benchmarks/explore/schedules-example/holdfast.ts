/**
 * The miniature's counted connection on tasks, sleeps and cancel scopes of the library, as it is.
 *
 * @module
 */
import { CountedConnection, toolCall } from "../../../packages/demo/src/miniature.ts";
import type { Meter } from "../../row.ts";
import { exhaustAgain } from "../rate.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  await exhaustAgain(meter, async (lab) => {
    const connection = lab.shared(new CountedConnection(), "connection");
    await lab.all(4, (index) => toolCall(connection, index));
  });
}
