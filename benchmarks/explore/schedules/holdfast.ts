/**
 * All orders of four tasks of the library that share a connection.
 *
 * @module
 */
import { sleep } from "@holdfast/concurrency";
import type { Meter } from "../../row.ts";
import { exhaustAgain } from "../rate.ts";
import { Connection, countedCall } from "./counted-call.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  await exhaustAgain(meter, (lab) => {
    const connection = lab.shared(new Connection(), "connection");
    return lab.all(4, (index) => countedCall(connection, () => sleep(10 * (index + 1))));
  });
}
