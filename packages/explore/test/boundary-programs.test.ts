import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { explore, replay, type Scenario } from "../src/index.ts";

/** The first comer opens, the last leaver closes, and only the opener may. Nothing here knows of the explorer. */
class CountedConnection {
  count = 0;
  opener: number | undefined;

  async call(caller: number): Promise<void> {
    if (this.count++ === 0) this.opener = caller;
    await delay(10 * (caller + 1));
    if (--this.count === 0 && this.opener !== caller) throw new Error("closed by another than its opener");
  }
}

const founding: Scenario = async () => {
  const connection = new CountedConnection();
  await Promise.all([0, 1, 2, 3].map((caller) => connection.call(caller)));
};

test(covers("EX-20"), async () => {
  const found = await explore(founding, { countFailures: true });

  expect(found).toMatchObject({
    verdict: "failed",
    orders: 24,
    counts: { failing: 18, redundant: 0, exhausted: true },
    error: new Error("closed by another than its opener"),
  });
});

test("fails again when the string is replayed", async () => {
  const { replay: text = "" } = await explore(founding);

  const again = await replay(founding, text);

  expect(again.trace.error).toEqual(new Error("closed by another than its opener"));
});

/** Keeps what it has loaded; forgets it when told so. */
class PriceCache {
  readonly #prices = new Map<string, number>();
  readonly #loading = new Map<string, Promise<number>>();
  readonly #checks: boolean;

  constructor(checks: boolean) {
    this.#checks = checks;
  }

  async get(name: string): Promise<number> {
    const known = this.#prices.get(name);
    if (known !== undefined) return known;
    const loading = this.#loading.get(name) ?? this.#load(name);
    return await loading;
  }

  forget(name: string): void {
    this.#prices.delete(name);
    this.#loading.delete(name);
  }

  #load(name: string): Promise<number> {
    const loading = fetch(`http://shop.test/${name}`)
      .then((response) => response.json() as Promise<number>)
      .then((price) => {
        // What was forgotten meanwhile is out of date.
        if (!this.#checks || this.#loading.get(name) === loading) this.#prices.set(name, price);
        return price;
      });
    this.#loading.set(name, loading);
    return loading;
  }
}

function pricing(checks: boolean): Scenario {
  return async (lab) => {
    let price = 100;
    lab.respond("http://shop.test/*", () => {
      // The server reads its price when it is asked, and its answer takes a while.
      const read = price;
      return lab.io("answer", () => Response.json(read));
    });
    const cache = new PriceCache(checks);
    const change = async (): Promise<void> => {
      await delay(10);
      price = 200;
      cache.forget("apple");
    };
    await Promise.all([cache.get("apple"), change()]);
    const seen = await cache.get("apple");
    if (seen !== 200) throw new Error(`out of date: ${seen}`);
  };
}

/** Calls once things have been quiet for a while. */
function debounce(fn: () => void, quiet: number, clears: boolean): { call(): void; close(): void } {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  return {
    call() {
      if (clears && isClosed) return;
      clearTimeout(timer);
      timer = setTimeout(fn, quiet);
    },
    close() {
      isClosed = true;
      if (clears) clearTimeout(timer);
    },
  };
}

function saving(clears: boolean): Scenario {
  return async () => {
    let isOpen = true;
    const save = (): void => {
      if (!isOpen) throw new Error("saved after the file was closed");
    };
    const saver = debounce(save, 50, clears);
    saver.call();
    setTimeout(() => saver.call(), 20);
    await delay(60);
    isOpen = false;
    saver.close();
    await delay(100);
  };
}

/** Shows what was typed last. */
function searching(guards: boolean): Scenario {
  return async (lab) => {
    lab.respond("http://search.test/*", (request) => new Response(new URL(request.url).pathname.slice(1)));
    let current: AbortController | undefined;
    let shown = "";
    const type = async (text: string): Promise<void> => {
      current?.abort();
      const controller = new AbortController();
      current = controller;
      try {
        const response = await fetch(`http://search.test/${text}`, { signal: controller.signal });
        // The answer is here, and rendering it takes a while, which no signal cuts short.
        await delay(5);
        if (!guards || !controller.signal.aborted) shown = await response.text();
      } catch (error) {
        if ((error as Error).name !== "AbortError") throw error;
      }
    };
    await Promise.all([type("a"), delay(10).then(() => type("ab"))]);
    if (shown !== "ab") throw new Error(`shows ${JSON.stringify(shown)}`);
  };
}

/** Gives up on an answer after a while. */
function ordering(withdraws: boolean): Scenario {
  return async (lab) => {
    let orders = 0;
    lab.respond("http://shop.test/order", () => {
      orders += 1;
      return new Response();
    });
    const order = async (): Promise<void> => {
      const controller = new AbortController();
      const late = delay(100).then(() => {
        if (withdraws) controller.abort();
        throw new Error("too late");
      });
      await Promise.race([fetch("http://shop.test/order", { signal: controller.signal }), late]);
    };
    await order()
      .catch(() => order())
      .catch(() => {});
    await delay(1_000);
    if (orders > 1) throw new Error(`ordered ${orders} times`);
  };
}

test.for<[string, (isFixed: boolean) => Scenario, string]>([
  ["a cache of promises that puts back what was forgotten", pricing, "out of date: 100"],
  ["a debounced save that outlives what it saves", saving, "saved after the file was closed"],
  ["a search whose older answer comes last", searching, 'shows "a"'],
  ["a time-out that leaves its request running", ordering, "ordered 2 times"],
])("finds %s, and nothing in the cure", async ([, program, message]) => {
  const found = await explore(program(false));
  const cured = await explore(program(true));

  expect(found).toMatchObject({ verdict: "failed", error: new Error(message) });
  expect(found.counts.firstFailure).toBeLessThanOrEqual(20);
  expect(cured).toMatchObject({ verdict: "exhausted" });
});

test("finds the order in which a hand-made mutex never wakes its waiter", async () => {
  const found = await explore(async () => {
    const lock = { isHeld: false };
    let wake = (): void => {};
    const section = async (): Promise<void> => {
      while (lock.isHeld) {
        await delay(1);
        // Whoever let go in between has woken nobody.
        await new Promise<void>((resolve) => (wake = resolve));
      }
      lock.isHeld = true;
      await delay(10);
      lock.isHeld = false;
      wake();
    };
    await Promise.all([section(), section()]);
  });

  expect(found).toMatchObject({ verdict: "failed", error: { code: "RUNTIME_DEADLOCK" } });
});

test("keeps files that are read at once out of it", async () => {
  const found = await explore(async () => {
    if (readFileSync(import.meta.filename, "utf8").length === 0) throw new Error("empty");
    await delay(1);
  });

  expect(found.verdict).toBe("exhausted");
});
