import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { Condition, Lock, openMemoryChannel, RunVar, sleep, TaskLocal, taskGroup } from "../src/index.ts";
import type * as concurrency from "../src/index.ts";
import { drained, thrownBy, watchRejections } from "./virtually.ts";

const folder = mkdtempSync(join(tmpdir(), "concurrency-copy-"));
let copy: typeof concurrency;

beforeAll(async () => {
  cpSync(join(import.meta.dirname, "../src"), folder, { recursive: true });
  copy = (await import(join(folder, "index.ts"))) as typeof concurrency;
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test(covers("SY-25"), async () => {
  const lock = new Lock();
  const condition = new copy.Condition(lock);
  const { send, receive } = openMemoryChannel<string>();
  const log: string[] = [];

  await copy.run(() =>
    taskGroup(async (group) => {
      group.startSoon(() => condition.withLock(() => condition.wait().then(() => log.push("notified"))));
      group.startSoon(() => receive.receive().then((item) => log.push(item)));
      await sleep(1);
      await lock.withLock(() => condition.notify());
      await copy.taskGroup((inner) => void inner.startSoon(() => send.send("received")));
    }),
  );

  expect(log.toSorted()).toEqual(["notified", "received"]);
  expect(lock.isLocked).toBe(false);
});

test("a lock breaks with its owner, whichever copy the task is of", async () => {
  const lock = new Lock();

  const thrown = await copy.taskGroup(async (group) => {
    group.startSoon(() => lock.acquire());
    await sleep(1);
    return await thrownBy(() => lock.acquire());
  });

  expect(thrown).toMatchObject({ code: "RESOURCE_BROKEN" });
});

test("a waitFor() that nobody awaits is no unhandled rejection when a scope of another copy cancels it", async () => {
  using rejections = watchRejections();
  const condition = new Condition();

  await copy.run(() =>
    condition.withLock(() =>
      new copy.CancelScope().run(async (scope) => {
        void condition.waitFor(() => false);
        await sleep(1);
        scope.cancel();
      }),
    ),
  );
  await drained();

  expect(rejections.reasons).toEqual([]);
});

test("variables are seen in the tasks of another copy", async () => {
  const requestId = new RunVar<string>("request id");
  const tenant = new TaskLocal<string>("tenant");

  const seen = await copy.run(() => {
    requestId.set("r-1");
    return tenant.run("acme", () => copy.gather([async () => [requestId.get(), tenant.get()]]));
  });

  expect(seen).toEqual([["r-1", "acme"]]);
});
