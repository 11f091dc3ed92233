/**
 * All orders of calls over the miniature's owned connection, whose owner is closed at the end.
 *
 * @module
 */
import { explore } from "@holdfast/explore";
import { OwnedConnection, toolCall } from "../../../packages/demo/src/miniature.ts";
import type { Meter } from "../../row.ts";

export const operations = 1;

const tasks = Number(new URL(import.meta.url).searchParams.get("tasks"));

export async function sample(meter: Meter): Promise<void> {
  const before = process.cpuUsage();
  const { verdict, counts } = await explore(
    async (lab) => {
      lab.access(lab, "read");
      const connection = new OwnedConnection();
      await lab.all(tasks, (index) => toolCall(connection, index));
      await connection.owner.close();
    },
    { strategy: "exhaustive", budget: { runs: Infinity, ms: Infinity } },
  );
  const { user, system } = process.cpuUsage(before);
  if (verdict !== "exhausted") throw new Error(`the owned connection is ${verdict} after ${counts.orders} orders`);
  meter.report((user + system) / 1_000);
}
