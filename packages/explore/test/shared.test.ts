import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { explore, type Scenario } from "../src/index.ts";

/** How many orders two tasks have that do these things to one object, each in one step. */
async function orders<T extends object>(
  make: () => T,
  left: (it: T) => unknown,
  right: (it: T) => unknown,
): Promise<number> {
  const scenario: Scenario = async (lab) => {
    const it = lab.shared(make(), "it");
    await lab.all(2, (index) => void (index === 0 ? left(it) : right(it)));
  };
  return (await explore(scenario, { strategy: "exhaustive" })).orders;
}

interface Fields {
  a?: number;
  b: number;
  deep: { c: number };
  list: number[];
  map: Map<string, number>;
}

const fields = (): Fields => ({ a: 1, b: 2, deep: { c: 3 }, list: [1, 2], map: new Map() });

const meeting: [string, (it: Fields) => unknown, (it: Fields) => unknown][] = [
  ["a write and a read of one field", (it) => (it.a = 5), (it) => it.a],
  ["two writes of one field", (it) => (it.a = 5), (it) => (it.a = 6)],
  ["a deletion and a read", (it) => delete it.a, (it) => it.a],
  ["a deletion and an `in`", (it) => delete it.a, (it) => "a" in it],
  ["a deletion and a listing of the keys", (it) => delete it.a, (it) => Object.keys(it)],
  ["a definition and a read", (it) => Object.defineProperty(it, "b", { value: 9 }), (it) => it.b],
  ["fields of a nested object", (it) => (it.deep.c = 5), (it) => it.deep.c],
  ["a nested object and its replacement", (it) => it.deep.c, (it) => (it.deep = { c: 7 })],
  ["a push and a length", (it) => it.list.push(3), (it) => it.list.length],
  ["elements of an array", (it) => (it.list[0] = 9), (it) => it.list[0]],
  ["a Map's set and get", (it) => it.map.set("k", 1), (it) => it.map.get("k")],
  ["a Map's set and size", (it) => it.map.set("k", 1), (it) => it.map.size],
  ["a Map's delete and its iteration", (it) => it.map.delete("k"), (it) => [...it.map]],
  ["a Map's clear and has", (it) => it.map.clear(), (it) => it.map.has("k")],
];

test.for(meeting)("tries both orders of %s", async ([, left, right]) => {
  expect(await orders(fields, left, right)).toBe(2);
});

const apart: [string, (it: Fields) => unknown, (it: Fields) => unknown][] = [
  ["writes of two fields", (it) => (it.a = 5), (it) => (it.b = 6)],
  ["two reads of one field", (it) => it.a, (it) => it.a],
  ["an `in` and a listing of the keys", (it) => "a" in it, (it) => Object.keys(it)],
  ["a write of a field and a read inside another", (it) => (it.b = 5), (it) => it.deep.c],
  ["elements of an array", (it) => (it.list[0] = 9), (it) => it.list[1]],
  ["two reads of a Map", (it) => it.map.get("k"), (it) => [it.map.size, it.map.has("k"), [...it.map.keys()]]],
];

test.for(apart)("tries one order of %s", async ([, left, right]) => {
  expect(await orders(fields, left, right)).toBe(1);
});

test("watches a Set, and what a method of a class does to its fields", async () => {
  class Counter {
    count = 0;
    add(): void {
      this.count += 1;
    }
    get twice(): number {
      return this.count * 2;
    }
  }

  expect(
    await orders(
      () => new Set<number>(),
      (it) => it.add(1),
      (it) => it.has(1),
    ),
  ).toBe(2);
  expect(
    await orders(
      () => new Counter(),
      (it) => it.add(),
      (it) => it.twice,
    ),
  ).toBe(2);
  expect(
    await orders(
      () => new Counter(),
      (it) => it.twice,
      (it) => it.count,
    ),
  ).toBe(1);
});

test(covers("EX-26"), async () => {
  class Hidden {
    #count = 0;
    add(): number {
      return ++this.#count;
    }
  }

  const exploring = explore(async (lab) => {
    const hidden = lab.shared(new Hidden(), "hidden");
    await lab.all(2, () => hidden.add());
  });

  await expect(exploring).rejects.toMatchObject({
    code: "EXPLORE_PRIVATE_FIELDS",
    message: expect.stringContaining('"hidden"'),
    cause: expect.any(TypeError),
  });
});

test("leaves the object behind the stand-in as if it had been used itself", async () => {
  const seen: unknown[] = [];

  await explore(async (lab) => {
    const it = fields();
    const stand = lab.shared(it, "it");
    stand.list.push(stand.b);
    stand.map.set("k", stand.deep.c);
    delete stand.a;
    seen.push(it, stand.deep === stand.deep, Object.keys(stand));
  });

  expect(seen.slice(0, 3)).toEqual([
    { b: 2, deep: { c: 3 }, list: [1, 2, 2], map: new Map([["k", 3]]) },
    true,
    ["b", "deep", "list", "map"],
  ]);
});

test("a field that cannot be set stays as it is, and what a setter throws passes through", async () => {
  const seen: unknown[] = [];
  const told = (set: () => unknown): void => {
    try {
      seen.push(set());
    } catch (error) {
      seen.push(error instanceof TypeError ? "TypeError" : String(error));
    }
  };
  const { verdict } = await explore(
    (lab) => {
      seen.length = 0;
      const frozen = lab.shared(Object.freeze({ a: 1 }), "frozen") as { a: number; b?: number };
      const half = lab.shared(
        Object.create({
          get a() {
            return 1;
          },
        }) as { a: number },
        "half",
      );
      const guarded = lab.shared(
        {
          set a(value: number) {
            throw new Error(`no ${value}`);
          },
        },
        "guarded",
      );
      told(() => Reflect.set(frozen, "a", 2));
      told(() => Reflect.set(frozen, "b", 2));
      told(() => Reflect.set(half, "a", 2));
      told(() => (frozen.a = 2));
      told(() => (guarded.a = 2));
      seen.push(frozen.a);
    },
    { strategy: "exhaustive" },
  );

  expect(verdict).toBe("exhausted");
  expect(seen).toEqual([false, false, false, "TypeError", "Error: no 2", 1]);
});
