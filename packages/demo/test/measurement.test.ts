import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { fetchFailures } from "../src/fetch-failures.ts";
import { atTestLevel, measureLanes, type Progress, signature } from "../src/measurement.ts";
import { createParameters, type Parameters } from "../src/parameters.ts";
import { question } from "../src/question.ts";

/** Stands for a backend: the counted agent fails each fourth request, the official one is gone, the control too slow. */
const requests: { agent: string; body: string }[] = [];
const server = createServer((request, response) => {
  const agent = request.url?.split("/")[2] ?? "";
  let body = "";
  request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
  request.on("end", () => {
    requests.push({ agent, body });
    const turn = requests.filter((earlier) => earlier.agent === agent).length;
    if (agent === "counted" && turn % 4 === 0) response.writeHead(500).end("the cancel scope is another's");
    else if (agent === "official") response.writeHead(500).end("connection closed or lost: gone");
    else if (agent === "control") response.writeHead(503).end("later");
    else response.end("connections close quickly");
  });
});
let url = "";

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => void requests.splice(0));

afterAll(() => void server.close());

test("every agent gets the same requests, and what it gave stands level by level", async () => {
  const { lanes, control, p } = await measureLanes(url, parameters(), () => {});

  const agents = ["counted", "official", "owned", "control"];
  expect([...lanes, control].map(({ name }) => name)).toEqual(agents);
  for (const name of agents) {
    const bodies = requests.filter(({ agent }) => agent === name).map(({ body }) => body);
    expect(bodies).toEqual(Array.from({ length: 28 }, () => JSON.stringify({ prompt: question })));
  }
  expect(lanes.map(({ levels }) => levels.map(({ hits, failed, answered }) => [hits, failed, answered]))).toEqual([
    [
      [2, 2, 8],
      [5, 5, 20],
    ],
    [
      [8, 8, 8],
      [20, 20, 20],
    ],
    [
      [0, 0, 8],
      [0, 0, 20],
    ],
  ]);
  expect(control.levels).toMatchObject([
    { hits: 0, failed: 8, interval: { low: 0 } },
    { hits: 0, failed: 20 },
  ]);
  // 5 of 20 against 0 of 20, two-sided.
  expect(p).toBeCloseTo(0.0471, 4);
});

test("predictions stand beside what has one: counted and control from the simulation, owned never", async () => {
  const { lanes, control } = await measureLanes(url, parameters(), () => {});

  const predicted = [...lanes, control].map((lane) => atTestLevel([lane], lane.name).predicted);
  expect(predicted).toEqual([expect.any(Number), null, 0, expect.any(Number)]);
  expect(predicted[0]).toBeGreaterThan(predicted[3] as number);
});

test("of a real model nothing is predicted but that the owned connection does not fail", async () => {
  const { lanes, control } = await measureLanes(url, { ...parameters(), model: "openai:x" }, () => {});

  expect([...lanes, control].map((lane) => atTestLevel([lane], lane.name).predicted)).toEqual([null, null, 0, null]);
});

test("progress rises request by request to the sum of all four agents, at each level", async () => {
  const seen: Progress[] = [];

  await measureLanes(url, parameters(), (progress) => seen.push(progress));

  const firstLevel = seen.filter(({ of }) => of === 32);
  const secondLevel = seen.filter(({ of }) => of === 80);
  expect(firstLevel.map(({ done }) => done)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
  expect(secondLevel.at(-1)).toMatchObject({ doing: "10 at a time, four agents:", done: 80 });
});

test("a lane that was not measured at the level of comparison is a mistake of the caller", () => {
  expect(() => atTestLevel([], "owned")).toThrow("the lane owned was not measured at 10 in parallel");
});

test.each([
  "Attempted to exit cancel scope in a different task than it was entered in",
  "Attempted to exit a cancel scope that isn't the current task's current cancel scope",
  "connection closed or lost: Not connected",
  "The connection was lost",
])("the signature is in %j", (body) => {
  expect(body).toMatch(signature);
});

test.each(["the connection pool closed a ticket", "a scope was cancelled", "timeout"])(
  "the signature is not in %j",
  (body) => {
    expect(body).not.toMatch(signature);
  },
);

test("a backend that has gone when its records are asked for is an error that names the address", async () => {
  const gone = "http://127.0.0.1:9";

  await expect(fetchFailures(gone)).rejects.toMatchObject({ code: "REPRODUCE_UNREACHABLE", url: `${gone}/failures` });
});

function parameters(): Parameters {
  return createParameters({
    timeScale: 1 / 1000,
    levels: [
      { concurrency: 1, requests: 8 },
      { concurrency: 10, requests: 20 },
    ],
  });
}
