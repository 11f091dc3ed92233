import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { explore, type Scenario } from "../src/index.ts";

const url = "http://shop.test/price";

/** What each order of a scenario gives, each thing once. */
async function outcomes(scenario: (...args: Parameters<Scenario>) => Promise<unknown>): Promise<string[]> {
  const found = new Set<unknown>();
  const explored = await explore(async (lab) => void found.add(await scenario(lab)));
  expect(explored.error).toBeUndefined();
  expect(explored.verdict).toBe("exhausted");
  return [...found].map(String).toSorted((a, b) => (a < b ? -1 : 1));
}

test("answers fetch with what the scenario responds", async () => {
  const given = await outcomes(async (lab) => {
    lab.respond(url, () => Response.json({ cents: 250 }, { status: 201, headers: { "x-shop": "a" } }));
    const response = await fetch(url);
    return JSON.stringify([response.status, response.headers.get("x-shop"), await response.json()]);
  });

  expect(given).toEqual(['[201,"a",{"cents":250}]']);
});

test("shows the answer what was asked", async () => {
  const given = await outcomes(async (lab) => {
    lab.respond("http://shop.test/*", async (request) => new Response(`${request.method} ${await request.text()}`));
    const asked = await fetch(new Request(url, { method: "PUT", body: "1" }));
    const posted = await fetch(new URL(url), { method: "POST", body: "2" });
    return `${await asked.text()}, ${await posted.text()}`;
  });

  expect(given).toEqual(["PUT 1, POST 2"]);
});

test("asks the last that matches: a whole URL, a beginning, or a pattern", async () => {
  const given = await outcomes(async (lab) => {
    lab.respond(/price/g, () => new Response("pattern"));
    lab.respond("http://shop.test/p*", () => new Response("beginning"));
    lab.respond(url, () => new Response("whole"));
    const texts = [url, `${url}?currency=eur`, "http://other.test/price", "http://other.test/price"].map(
      async (each) => {
        const response = await fetch(each);
        return await response.text();
      },
    );
    return (await Promise.all(texts)).join(", ");
  });

  expect(given).toEqual(["whole, beginning, pattern, pattern"]);
});

test("lets answers come in any order", async () => {
  const given = await outcomes(async (lab) => {
    lab.respond("http://shop.test/*", () => new Response());
    const order: string[] = [];
    await Promise.all(["a", "b", "c"].map((path) => fetch(`http://shop.test/${path}`).then(() => order.push(path))));
    return order.join("");
  });

  expect(given).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
});

test(covers("EX-25"), async () => {
  const given = await outcomes(async (lab) => {
    let served = 0;
    const answer = (): Response => {
      served += 1;
      return new Response("ok");
    };
    lab.respond(url, answer, { faults: ["refused", "reset", "timeout", 503] });
    const told = await fetch(url).then(
      (response) => String(response.status),
      (error: Error) => `${error.name}: ${error.message}: ${(error.cause as { code: string }).code}`,
    );
    return `${told}; served ${served}`;
  });

  expect(given).toEqual([
    "200; served 1",
    "503; served 0",
    "TypeError: fetch failed: ECONNREFUSED; served 0",
    "TypeError: fetch failed: ECONNRESET; served 1",
    "TypeError: fetch failed: UND_ERR_HEADERS_TIMEOUT; served 1",
  ]);
});

test.for([600, 99, "slow"])("refuses %j as a fault", async (fault) => {
  const found = await explore((lab) => lab.respond(url, () => new Response(), { faults: [fault as number] }));

  expect(found.error).toBeInstanceOf(RangeError);
});

test("rejects as fetch does when its signal aborts before, during, and not after", async () => {
  const given = await outcomes(async (lab) => {
    lab.respond(url, () => new Response());
    const late = new AbortController();
    const signals = [AbortSignal.abort("before"), AbortSignal.timeout(10), late.signal];
    const settled = await Promise.allSettled(signals.map((signal) => fetch(url, { signal })));
    late.abort();
    const words = settled.map((each) => (each.status === "fulfilled" ? "ok" : String(each.reason)));
    return words.join("; ");
  });

  expect(given).toEqual(["before; TimeoutError: The operation was aborted due to timeout; ok", "before; ok; ok"]);
});

test("aborts by the signal of a Request", async () => {
  const given = await outcomes(async (lab) => {
    lab.respond(url, () => new Response());
    const controller = new AbortController();
    const asking = fetch(new Request(url, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 10);
    return await asking.then(
      () => "ok",
      (error: Error) => error.name,
    );
  });

  expect(given).toEqual(["AbortError", "ok"]);
});

const bodyOfGet = { method: "GET", body: "1" };

test("fails fetch with what the answer throws, and with a URL that is none", async () => {
  const given = await outcomes(async (lab) => {
    lab.respond(url, () => Promise.reject(new Error("out of stock")));
    const settled = await Promise.allSettled([fetch(url), fetch("price"), fetch(url, { ...bodyOfGet })]);
    return settled.map((each) => (each as PromiseRejectedResult).reason.name as string).join(", ");
  });

  expect(given).toEqual(["TypeError, TypeError, TypeError"]);
});

test("is uncontrolled when nobody answers, also in a later order alone", async () => {
  const always = await explore(async () => void (await fetch(url).catch(() => {})));
  const later = await explore(async () => {
    let isFirst = true;
    await Promise.all([
      delay(10).then(() => (isFirst = false)),
      delay(20).then(async () => {
        if (isFirst) await fetch(url).catch(() => {});
      }),
    ]);
  });

  const reason = `it asks for ${url}, which no lab.respond() answers`;
  expect(always).toMatchObject({ verdict: "uncontrolled", reason });
  expect(later).toMatchObject({ verdict: "uncontrolled", reason });
});
