import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { DispatchController, DispatchHandler } from "../src/boundary/dispatcher.ts";
import { explore, type Lab } from "../src/index.ts";

const url = "http://shop.test/price";
const options = { origin: "http://shop.test", path: "/price", method: "GET" };

/** Writes down what it is told. */
function telling(lines: string[], onStart: (controller: DispatchController) => void = () => {}): DispatchHandler {
  return {
    onRequestStart(controller) {
      lines.push("start");
      onStart(controller);
    },
    onResponseStart: (_controller, status) => lines.push(String(status)),
    onResponseData: (_controller, chunk) => lines.push(chunk.toString()),
    onResponseEnd: () => lines.push("end"),
    onResponseError: (_controller, error) => lines.push(error.message),
  };
}

/** What the orders of a scenario tell. */
async function told(scenario: (lab: Lab, lines: string[]) => unknown): Promise<string[]> {
  const found = new Set<string>();
  const explored = await explore(async (lab) => {
    const lines: string[] = [];
    await scenario(lab, lines);
    await delay(1);
    found.add(lines.join(", "));
  });
  expect(explored.error).toBeUndefined();
  return [...found].toSorted((a, b) => (a < b ? -1 : 1));
}

test("tells of a request that has begun, and of none whose server is not reached", async () => {
  const lines = await told(async (lab, written) => {
    lab.respond(url, () => new Response("ok"), { faults: ["refused", "reset"] });
    lab.dispatcher.dispatch(options, telling(written));
    await delay(1);
    await lab.io("wait", () => {});
  });

  expect(lines).toContain("start, 200, ok, end");
  expect(lines).toContain("start, read ECONNRESET");
  expect(lines).toContain("connect ECONNREFUSED");
  expect(lines.filter((line) => line.startsWith("start, connect"))).toEqual([]);
});

test("hands nothing over to a handler that has paused, until it goes on", async () => {
  const lines = await told(async (lab, written) => {
    lab.respond(url, () => new Response("ok"));
    let held: DispatchController | undefined;
    lab.dispatcher.dispatch(
      options,
      telling(written, (controller) => {
        held = controller;
        controller.pause();
      }),
    );
    await delay(1);
    written.push(`paused: ${String(held?.paused)}`);
    await delay(1);
    held?.resume();
    await delay(1);
  });

  expect(lines).toContain("start, 200, paused: true, ok, end");
  expect(lines.filter((line) => /ok.*paused/.test(line))).toEqual([]);
});

test("withdraws a request that is given up, and says so once", async () => {
  const served = new Set<number>();
  const lines = await told(async (lab, written) => {
    let count = 0;
    const answer = (): Response => {
      count += 1;
      return new Response("ok");
    };
    lab.respond(url, answer);
    lab.dispatcher.dispatch(
      options,
      telling(written, (controller) => {
        controller.abort(new Error("given up"));
        controller.abort(new Error("again"));
      }),
    );
    await delay(1);
    served.add(count);
  });

  expect(lines).toEqual(["start, given up"]);
  expect([...served]).toEqual([0]);
});

test("never serves a request after it was given up", async () => {
  let isServedLate = false;
  const lines = await told(async (lab, written) => {
    const answer = (): Response => {
      isServedLate ||= written.includes("given up");
      return new Response("ok");
    };
    lab.respond(url, answer);
    const giveUp = (controller: DispatchController): void => {
      setTimeout(() => controller.abort(new Error("given up")), 1);
    };
    lab.dispatcher.dispatch(options, telling(written, giveUp));
    await delay(1);
    await delay(1);
  });

  expect(lines).toEqual(expect.arrayContaining(["start, given up", "start, 200, ok, end"]));
  expect(isServedLate).toBe(false);
});

test("refuses a request that nobody answers", async () => {
  const found = await explore((lab) => {
    const lines: string[] = [];
    lab.dispatcher.dispatch(options, telling(lines));
    if (lines.join() !== `no lab.respond() answers ${url}`) throw new Error(lines.join());
  });

  expect(found).toMatchObject({ verdict: "uncontrolled", reason: expect.stringContaining(url) });
});
