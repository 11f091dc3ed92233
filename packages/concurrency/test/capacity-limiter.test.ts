import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CapacityLimiter, currentTask, gather, sleep, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("SY-17"), async () => {
  const limiter = new CapacityLimiter(2);

  const seen = await virtually(async () => {
    const [a, b] = [limiter.acquireOnBehalfOfNoWait("A"), limiter.acquireOnBehalfOfNoWait("B")];
    const waiting = [limiter.acquireOnBehalfOf("C"), limiter.acquireOnBehalfOf("D")];
    const counts = [];
    limiter.totalTokens = 1;
    counts.push(limiter.availableTokens);
    limiter.totalTokens = 2;
    counts.push(limiter.borrowedTokens);
    limiter.totalTokens = 1;
    a.release();
    counts.push(limiter.borrowedTokens);
    b.release();
    counts.push(limiter.borrowedTokens);
    (await waiting[0])?.release();
    await waiting[1];
    return { counts, borrowers: limiter.statistics().borrowers };
  });

  expect(seen).toEqual({ counts: [-1, 2, 1, 1], borrowers: ["D"] });
});

test("acquire() is on behalf of the current task", async () => {
  const limiter = new CapacityLimiter(1);

  const seen = await virtually(async () => {
    await limiter.acquire();
    const same = limiter.statistics().borrowers[0] === currentTask();
    limiter.releaseOnBehalfOf(currentTask());
    return [same, limiter.borrowedTokens];
  });

  expect(seen).toEqual([true, 0]);
});

test("a borrower for whom a token is being waited for is refused a second wait", async () => {
  const limiter = new CapacityLimiter(1);

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      limiter.acquireOnBehalfOfNoWait("A");
      const waiter = group.startSoon(() => limiter.acquireOnBehalfOf("B"));
      await sleep(1);
      const thrown = await thrownBy(() => limiter.acquireOnBehalfOf("B"));
      waiter.cancel();
      const again = limiter.acquireOnBehalfOf("B");
      limiter.releaseOnBehalfOf("A");
      return { thrown, isReleased: (await again).isReleased };
    }),
  );

  expect(seen).toMatchObject({ thrown: { code: "RESOURCE_ALREADY_HELD" }, isReleased: false });
});

test("any task may release what a hold is for", async () => {
  const limiter = new CapacityLimiter(1);

  await virtually(async () => {
    const hold = await limiter.acquire();
    await gather([() => hold.release()]);
  });

  expect(limiter.borrowedTokens).toBe(0);
});

test("what finds no token says what to await instead", async () => {
  const limiter = new CapacityLimiter(0, { name: "users" });

  const messages = await virtually(async () => [
    ((await thrownBy(() => limiter.acquireNoWait())) as Error).message,
    ((await thrownBy(() => limiter.acquireOnBehalfOfNoWait("A"))) as Error).message,
  ]);

  expect(messages).toEqual([
    'acquireNoWait() on capacity limiter "users", of whose 0 tokens none is available; await acquire()',
    'acquireOnBehalfOfNoWait() on capacity limiter "users", of whose 0 tokens none is available; await acquireOnBehalfOf()',
  ]);
});
