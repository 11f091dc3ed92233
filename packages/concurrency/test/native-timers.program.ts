/**
 * A program of its own for system-runtime.test.ts, because a test runner has native timers too: prints how many are
 * armed at each stage, and ends at once although it used deadlines of a minute.
 *
 * @module
 */
import { checkpoint, moveOnAfter, Owner, sleep, taskGroup } from "../src/index.ts";

const stages: Record<string, number> = { warnings: 0 };
process.on("warning", () => (stages["warnings"] = 1));

function count(stage: string): void {
  stages[stage] = process.getActiveResourcesInfo().filter((type) => type === "Timeout").length;
}

count("before");
// Alone, so that it is the one the native timer is armed for; Node warns of a delay that it cannot take.
await taskGroup(async (group) => {
  group.startSoon(() => sleep(2 ** 40));
  await checkpoint();
  group.cancel();
});
await taskGroup(async (group) => {
  for (let index = 0; index < 1_000; index++) {
    group.startSoon(() => moveOnAfter(50_000 + index, () => sleep(60_000 - index)));
  }
  group.startSoon(() => sleep(Infinity));
  await sleep(1);
  count("a thousand sleeps and deadlines");
  group.cancel();
});
count("all of them cancelled");

await moveOnAfter(60_000, () => sleep(1));
count("used again");

// The native timer of a deadline that was not needed is still armed; what comes after it must be waited for.
await moveOnAfter(10, () => checkpoint());
await sleep(30);
count("a sleep alone keeps the process alive");

const owner = new Owner((own) => own.publish("value"), { closeTimeout: Infinity });
const lease = await owner.lease();
const draining = owner.drain();
await moveOnAfter(60_000, () => checkpoint());
count("only infinite limits left");
lease.release();
await draining;
count("after");

process.stdout.write(JSON.stringify(stages));
