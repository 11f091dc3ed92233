/**
 * The examples of the design, as written there; what they leave undeclared stands before each.
 *
 * @module
 */
import { expect, test } from "vitest";
import { CancelScope, failAfter, Owner, run, sleep, taskGroup } from "../src/index.ts";

test("the example of structured concurrency gives the sum of its children, and its scope stops the sleeper", async () => {
  const count = (text: string): Promise<number> => sleep(1).then(() => text.length);

  const sum = await run(() =>
    failAfter(2_000, () =>
      taskGroup(async (group) => {
        const left = group.startSoon(() => count("a"), { name: "left" });
        const right = group.startSoon(() => count("b"));
        return (await left) + (await right);
      }),
    ),
  );
  const scope = new CancelScope({ timeout: 100, name: "probe" });
  await scope.run(() => sleep(5_000));

  expect(sum).toBe(2);
  expect(scope.cancelledCaught).toBe(true);
});

test("the example of an owned browser opens it once for its borrowers, and closes it in the end", async () => {
  const log: string[] = [];
  const chromium = {
    launch: async () => {
      await sleep(1);
      log.push("launched");
      return {
        newPage: async () => log.push("page"),
        close: async () => {
          await sleep(1);
          log.push("closed");
        },
      };
    },
  };

  {
    await using browser = new Owner(async (own) => {
      const handle = await chromium.launch();
      try {
        return await own.publish(handle);
      } finally {
        await handle.close();
      }
    });
    using lease = await browser.lease();
    await lease.value.newPage();
  }

  expect(log).toEqual(["launched", "page", "closed"]);
});
