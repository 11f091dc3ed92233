import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { ClosedResourceError, isCancelled, run, sleep, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { type Chance, RandomOwner } from "./random-owner.ts";
import { drained, watchRejections } from "./virtually.ts";

/** Another seed tries other programs: `PROPERTY_SEED=7 npm test`. */
const seed = Number(process.env["PROPERTY_SEED"] ?? 1);
const owners = Number(process.env["PROPERTY_RUNS"] ?? 100);
const timeout = 30_000;

/** What a borrower may be told when all is well. */
function isExpected(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const told = ["lost", "foreign", "refused", "no longer wanted"];
  const isOurs = error instanceof ClosedResourceError || code === "OWNER_CONTRACT" || isCancelled(error);
  return isOurs || error === "dead on arrival" || told.includes(String(message));
}

test(`${covers("OW-41")} (${owners} owners, 100 acts each, seed ${seed})`, { timeout }, async () => {
  using rejections = watchRejections();
  const runtime = new VirtualRuntime({ seed, order: "random" });
  const chance: Chance = (limit) => Math.floor(runtime.random() * limit);
  const errors: unknown[] = [];
  const totals = { opened: 0, failed: 0, lost: 0, idled: 0, abandoned: 0 };

  for (let count = 0; count < owners; count++) {
    const tried = new RandomOwner(chance);
    await run(
      () =>
        taskGroup(async (group) => {
          for (let act = 0; act < 100; act++) {
            group.startSoon(async () => {
              await sleep(chance(200));
              await tried.act().catch((error: unknown) => void (isExpected(error) || errors.push(error)));
              tried.check();
            });
          }
          await sleep(150 + chance(100));
          await tried.end();
        }),
      { runtime },
    );
    tried.check();
    const { leases, waiting, timers, ...ledger } = tried.owner.ledger();
    expect([tried.owner.statistics().state, leases, waiting, timers]).toEqual(["closed", 0, 0, 0]);
    for (const key of ["opened", "failed", "lost", "idled", "abandoned"] as const) totals[key] += ledger[key];
  }
  await drained();

  expect(errors).toEqual([]);
  expect(rejections.reasons).toEqual([]);
  for (const total of Object.values(totals)) expect(total).toBeGreaterThan(owners / 4);
});
