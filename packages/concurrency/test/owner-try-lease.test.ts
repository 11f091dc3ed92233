import { ClosedResourceError, Owner, run } from "../src/index.ts";
import { expect, test } from "vitest";
import { virtually } from "./virtually.ts";

const opened = (): Owner<string> => new Owner(async (own) => await own.publish("value"), { name: "thing" });

test("tryLease gives nothing until the resource is open, and opens nothing", () =>
  virtually(async () => {
    await using owner = opened();

    expect(owner.tryLease()).toBeUndefined();
    expect(owner.statistics().state).toBe("idle");
  }));

test("tryLease lends what is open, like any lease: it is counted, waited for and lost", () =>
  virtually(async () => {
    await using owner = opened();
    await owner.open();

    const lease = owner.tryLease();
    expect([lease?.value, owner.statistics().leases]).toEqual(["value", 1]);
    lease?.release();
    expect(owner.statistics().leases).toBe(0);

    const kept = owner.tryLease();
    await owner.close();
    expect(kept?.isLost).toBe(true);
    expect(kept?.lost.reason).toBeInstanceOf(ClosedResourceError);
    expect(owner.tryLease()).toBeUndefined();
  }));

test("tryLease lends nothing to another runtime than the one that it is open on", async () => {
  await virtually(async () => {
    await using owner = opened();
    await owner.open();
    const elsewhere = await run(() => owner.tryLease());
    expect(elsewhere?.value).toBe("value");
  });
  const owner = opened();
  await owner.open();
  await virtually(async () => {
    expect(owner.tryLease()).toBeUndefined();
  });
  await owner.close();
});
