import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, gather, run, shielded, sleep, taskGroup } from "../src/index.ts";
import { type ContextPlatform, type ContextStorage, LoneStore, shortened } from "../src/internal/context-map.ts";
import { storage } from "../src/context.ts";
import { virtually } from "./virtually.ts";

const platform: ContextPlatform<LoneStore> = {
  storage: LoneStore.storage as ContextStorage<LoneStore>,
  makeStorage: () => new AsyncLocalStorage<unknown>(),
  makeResource: () => new AsyncResource("test"),
  snapshot: () => AsyncLocalStorage.snapshot(),
};

// Not every engine has what the short way needs.
const hasShortWay = !process.execArgv.includes("--no-async-context-frame");

test.runIf(hasShortWay)("on this Node the library goes the short way", () => {
  expect(shortened(platform)).not.toBe(platform.storage);
  expect(storage).not.toBeInstanceOf(AsyncLocalStorage);
});

test(covers("CX-3"), async () => {
  const request = new AsyncLocalStorage<string>();
  const trace = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const look = (): void => void seen.push([request.getStore(), trace.getStore()]);

  await request.run("r-1", () =>
    virtually(async () => {
      look();
      await trace.run("t-1", () =>
        new CancelScope().run(async () => {
          look();
          await gather([
            () => sleep(1).then(look),
            () => request.run("r-2", () => shielded(() => sleep(2).then(look))),
          ]);
          await checkpoint();
          look();
        }),
      );
      look();
    }),
  );
  seen.push([request.getStore(), trace.getStore()]);

  expect(seen).toEqual([
    ["r-1", undefined],
    ["r-1", "t-1"],
    ["r-1", "t-1"],
    ["r-2", "t-1"],
    ["r-1", "t-1"],
    ["r-1", undefined],
    [undefined, undefined],
  ]);
});

test("the store of another that is switched off in a scope is gone, and the task is not", async () => {
  const other = new AsyncLocalStorage<string>();

  const seen = await run(() =>
    new CancelScope({ name: "scope" }).run(async () => {
      const before = storage.getStore();
      // While the scope is all that the context has.
      other.disable();
      const inside = other.run("store", () => {
        other.disable();
        return other.getStore();
      });
      await checkpoint();
      return [inside, storage.getStore() === before];
    }),
  );

  expect(seen).toEqual([undefined, true]);
});

test("a task's function that enters another store keeps it to itself", async () => {
  const other = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];

  await run(() =>
    taskGroup((group) => {
      group.startSoon(async () => {
        other.enterWith("mine");
        await checkpoint();
        seen.push(other.getStore());
      });
      group.startSoon(async () => {
        await checkpoint();
        seen.push(other.getStore());
      });
    }),
  );

  expect(seen).toEqual(["mine", undefined]);
});

/** The class of the maps, as it is found. */
function mapClass(): { current: () => unknown; set: (map: unknown) => void } {
  const resource = new AsyncLocalStorage().run(1, () => new AsyncResource("test"));
  const values = Reflect.ownKeys(resource).map((key) => (resource as unknown as Record<PropertyKey, unknown>)[key]);
  const map = values.find((value) => (value as object).constructor.name === "AsyncContextFrame") as object;
  return map.constructor as never;
}

/** Gives a resource with a map whose class has other members. */
function withClass(members: object): ContextPlatform<LoneStore> {
  const type = Object.assign(() => {}, members);
  Object.defineProperty(type, "name", { value: "AsyncContextFrame" });
  return { ...platform, makeResource: () => ({ map: { constructor: type } }) };
}

test.runIf(hasShortWay)("what does not hold on an engine is not relied upon", () => {
  const maps = mapClass();
  const current = (): unknown => maps.current();
  const set = (map: unknown): void => maps.set(map);
  const throwing = (): never => {
    throw new Error("not like this");
  };

  const chosen = [
    { ...platform, makeResource: () => ({}) },
    withClass({}),
    withClass({ current: () => undefined, set: () => {} }),
    withClass({ current, set: () => {} }),
    withClass({ current: throwing, set: () => {} }),
    // Another store beside ours would be lost: this one makes no copies.
    withClass({ current, set }),
    { ...platform, makeResource: throwing },
  ].map((it) => shortened(it));

  expect(chosen.every((it) => it === platform.storage)).toBe(true);
  expect(storage.getStore()).toBeUndefined();
});
