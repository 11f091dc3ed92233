/**
 * Tasks of one group; the group joins them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { run, taskGroup } from "@holdfast/concurrency";

const rounds = 3;
const tasks = 100_000;
export const operations = rounds * tasks;

export async function sample(): Promise<void> {
  for (let round = 0; round < rounds; round++) await spawnJoin();
}

async function spawnJoin(): Promise<void> {
  let ran = 0;
  const body = async (): Promise<void> => {
    ran += 1;
  };
  await run(() =>
    taskGroup(async (group) => {
      for (let index = 0; index < tasks; index++) group.startSoon(body);
    }),
  );
  assert.equal(ran, tasks);
}
