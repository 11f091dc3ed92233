import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withProcessLock } from "../../src/source/process-lock.ts";

class TestLock implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), "fixes-lock-"));
  readonly path: string = join(this.#dir, "lock");

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

test("lets one in at a time, and the next when the first is done, even with an error", async () => {
  using lock = new TestLock();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();

  const first = withProcessLock(lock.path, undefined, async () => {
    order.push("first in");
    await gate.promise;
    order.push("first out");
    throw new Error("failed");
  });
  const second = withProcessLock(lock.path, undefined, async () => void order.push("second in"));
  gate.resolve();

  await expect(first).rejects.toThrow("failed");
  await second;
  expect(order).toEqual(["first in", "first out", "second in"]);
  expect(existsSync(lock.path)).toBe(false);
});

test("takes over a lock that has not been renewed, whoever had it", async () => {
  using lock = new TestLock();
  writeFileSync(lock.path, `1 another-machine x`);
  utimesSync(lock.path, new Date(0), new Date(0));

  expect(await withProcessLock(lock.path, undefined, async () => "in")).toBe("in");
});

test("waits no longer than its signal lets it, and leaves the lock to who has it", async () => {
  using lock = new TestLock();
  writeFileSync(lock.path, `${process.ppid} ${hostname()} x`);
  const controller = new AbortController();
  const reason = new Error("enough");

  const waiting = withProcessLock(lock.path, controller.signal, async () => "in");
  controller.abort(reason);

  await expect(waiting).rejects.toBe(reason);
  expect(existsSync(lock.path)).toBe(true);
});
