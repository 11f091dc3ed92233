import { sleep } from "@holdfast/concurrency";
import { beforeAll, expect, test } from "vitest";
import { scenario } from "../../../examples/catalogue/incident.ts";
import { explore, type Explored } from "../src/index.ts";

let found: Explored;

beforeAll(async () => {
  found = await explore(scenario);
});

test("the picture shows each task, the refused closing, and an arrow between the steps that decide", () => {
  const svg = found.svg();

  expect(svg).toContain("task 2");
  expect(svg).toMatch(/connection: opened by task \d, closing by task \d refused/);
  expect(svg).toContain("the other way round it passes, at connection.count");
  expect(svg.length).toBeLessThan(10_000);
});

test("the text has a line for each task and a sign for each step", () => {
  const lines = found.lanes().split("\n");

  expect(lines.map((line) => line.slice(0, 8).trim()).toSorted()).toEqual([
    "scenario",
    "task 0",
    "task 1",
    "task 2",
    "task 3",
  ]);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(lines.join("").replaceAll(/[^#]/g, "").length).toBeGreaterThan(6);
});

test("the trace for Perfetto names its threads, and ends each scope and wait that it begins", () => {
  const { traceEvents } = found.chromeTrace();
  const ids = (phase: string): unknown[] =>
    traceEvents.filter(({ ph }) => ph === phase).map(({ id, name }) => [id, name]);

  expect(traceEvents.filter(({ ph }) => ph === "M").map(({ args }) => args?.["name"])).toContain("task 1");
  expect(ids("b").length).toBeGreaterThan(3);
  expect(ids("e")).toEqual(ids("b"));
});

test("there is nothing to draw where no order failed", async () => {
  const fine = await explore((lab) => lab.all(2, () => sleep(1)));

  for (const draw of [() => fine.svg(), () => fine.lanes(), () => fine.chromeTrace()]) expect(draw).toThrow(RangeError);
});
