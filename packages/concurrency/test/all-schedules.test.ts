import { expect, test } from "vitest";
import { checkpoint, gather, run, sleep } from "../src/index.ts";
import { allSchedules, inOrder, type Program, someSchedules } from "./all-schedules.ts";
import { thrownBy } from "./virtually.ts";

/** Two tasks that note when they begin and when they go on; the program notes the order that came of it. */
function interleaving(seen: string[]): Program {
  return async () => {
    let order = "";
    const task = (name: string) => async (): Promise<void> => {
      order += name;
      await checkpoint();
      order += name;
    };
    await gather([task("a"), task("b")]);
    seen.push(order);
  };
}

test("each order comes up once, and with all of them the space is exhausted", async () => {
  const seen: string[] = [];

  const explored = await allSchedules(interleaving(seen), { limit: 100 });

  expect(explored).toEqual({ orders: 6, exhausted: true });
  expect(seen.toSorted()).toEqual(["aabb", "abab", "abba", "baab", "baba", "bbaa"]);
});

test("a limit stops it, and says that there is more", async () => {
  const all = await allSchedules(interleaving([]), { limit: 6 });
  const some = await allSchedules(interleaving([]), { limit: 5 });

  expect([all, some]).toEqual([
    { orders: 6, exhausted: true },
    { orders: 5, exhausted: false },
  ]);
});

test("chance finds the orders too, and the same seed finds the same ones", async () => {
  const [first, second]: [string[], string[]] = [[], []];

  const orders = await someSchedules(interleaving(first), { runs: 50, seed: 1 });
  await someSchedules(interleaving(second), { runs: 50, seed: 1 });

  expect(orders).toBe(6);
  expect(first).toEqual(second);
});

test("the order of a failure stands in its message, and brings it about again", async () => {
  const seen: string[] = [];
  const program: Program = async (runtime) => {
    const orders: string[] = [];
    await interleaving(orders)(runtime);
    seen.push(...orders);
    if (orders[0] === "baba") throw new Error("b was first twice");
  };

  const thrown = await thrownBy(() => allSchedules(program, { limit: 100 }));
  const order = JSON.parse(/\[.*\]/u.exec(String(thrown))?.[0] ?? "") as number[];
  seen.length = 0;
  const again = await thrownBy(() => inOrder(program, order));

  expect(thrown).toMatchObject({ cause: { message: "b was first twice" } });
  expect(String(again)).toBe(String(thrown));
  expect(seen).toEqual(["baba"]);
});

test("a program that leaves something behind fails", async () => {
  const program: Program = () => void run(() => sleep(1_000), { name: "left" });

  const thrown = await thrownBy(() => allSchedules(program, { limit: 1 }));

  expect(thrown).toMatchObject({ cause: { code: "RUNTIME_LEAK" } });
  expect(String(thrown)).toContain('task "left"');
});
