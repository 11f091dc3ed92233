import * as fc from "fast-check";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { Account, channelProgram, execute } from "./random-channel-program.ts";
import { drained, watchRejections } from "./virtually.ts";

/** Another seed tries other programs: `PROPERTY_SEED=7 npm test`. */
const seed = Number(process.env["PROPERTY_SEED"] ?? 1);
const timeout = 30_000;

test(`${covers("MC-30")} (seed ${seed})`, { timeout }, async () => {
  using rejections = watchRejections();

  await fc.assert(
    fc.asyncProperty(channelProgram, fc.nat(), async (program, order) => {
      expect((await execute(program, order)).violations).toEqual([]);
    }),
    { seed, numRuns: 2_000 },
  );
  await drained();

  expect(rejections.reasons).toEqual([]);
});

test(
  `the programs above are not trivial: items are dropped, and every kind of refusal occurs (seed ${seed})`,
  { timeout },
  async () => {
    const accounts: Account[] = [];

    for (const program of fc.sample(channelProgram, { seed, numRuns: 200 })) accounts.push(await execute(program, 1));

    expect(new Set(accounts.flatMap(({ errors }) => [...errors]))).toEqual(
      new Set(["END_OF_STREAM", "RESOURCE_BROKEN", "RESOURCE_CLOSED", "RESOURCE_WOULD_BLOCK", "TASK_CANCELLED"]),
    );
    expect(accounts.filter(({ dropped }) => dropped > 0).length).toBeGreaterThan(10);
    expect(accounts.filter(({ received }) => received.size > 2).length).toBeGreaterThan(50);
  },
);

test("the account sees an item that is received twice, out of order, without having been sent, or not at all", () => {
  const account = new Account();
  const [first, second, third] = [0, 1, 2].map((number) => ({ sender: 1, number }));
  if (first === undefined || second === undefined || third === undefined) throw new Error("three items");
  const last = new Map<number, number>();

  account.sent.add(third);
  account.refused.add(second);
  account.receive(second, last);
  account.receive(first, last);
  account.receive(first, new Map());
  account.check();

  expect(account.violations).toEqual([
    "1.0 was received out of order",
    "1.0 was received twice",
    "1 items were lost, 0 were dropped",
    "1.1 was received and not sent",
  ]);
});
