import { expect, test } from "vitest";
import { findFixes } from "../src/batch.ts";
import { findFix } from "../src/find.ts";
import { type FindFixProgress } from "../src/progress.ts";
import { TestRepository } from "./repository.ts";

const steps = [
  { id: "base", tags: ["v1.0.0"] },
  { id: "one", subject: "Close one (#1)", tags: ["v1.1.0"] },
  { id: "two", subject: "Close two (#2)", tags: ["v1.2.0"] },
];

test("answers each query in order, as it would be answered alone", async () => {
  using repo = new TestRepository(steps);
  const queries = ["#2", repo.hash("one").slice(0, 8), "#1", "#2"];

  const outcomes = await Array.fromAsync(findFixes({ repo: repo.dir, queries }));

  const alone = await Promise.all(
    queries.map(async (query) => ({ query, answer: await findFix({ repo: repo.dir, query }) })),
  );
  expect(outcomes).toEqual(alone);
});

test("reads the repository once", async () => {
  using repo = new TestRepository(steps);
  const events: FindFixProgress[] = [];
  const onProgress = (event: FindFixProgress): number => events.push(event);

  await Array.fromAsync(findFixes({ repo: repo.dir, queries: ["#1", "#2", "#1"], onProgress }));

  expect(events.filter((event) => event.kind === "step" && event.step === "read")).toHaveLength(1);
  expect(events.filter((event) => event.kind === "step" && event.step === "answer")).toHaveLength(3);
});

test("a query that cannot be answered gives its error, and the others their answers", async () => {
  using repo = new TestRepository(steps);

  const outcomes = await Array.fromAsync(findFixes({ repo: repo.dir, queries: ["#9", "rubbish", "deadbeef", "#1"] }));

  expect(outcomes).toMatchObject([
    { query: "#9", error: { code: "FIXES_COMMIT_NOT_FOUND" } },
    { query: "rubbish", error: { code: "FIXES_QUERY_UNREADABLE" } },
    { query: "deadbeef", error: { code: "FIXES_COMMIT_NOT_FOUND" } },
    { query: "#1", answer: { commit: repo.hash("one") } },
  ]);
});

test("gives an error for each where none can be read, and nothing for none", async () => {
  using repo = new TestRepository(steps);

  const rubbish = await Array.fromAsync(findFixes({ repo: repo.dir, queries: ["rubbish", "--all"] }));
  const none = await Array.fromAsync(findFixes({ repo: repo.dir, queries: [] }));

  expect(rubbish.map((outcome) => "error" in outcome && outcome.error.code)).toEqual([
    "FIXES_QUERY_UNREADABLE",
    "FIXES_QUERY_UNREADABLE",
  ]);
  expect(none).toEqual([]);
});

test("throws what concerns all of them", async () => {
  const outcomes = findFixes({ repo: "/proc", queries: ["#1"] });

  await expect(outcomes.next()).rejects.toMatchObject({ code: "FIXES_NOT_A_REPOSITORY" });
});

test("throws what is no error of a query", async () => {
  using repo = new TestRepository(steps);
  const fault = new Error("a fault of the caller");
  const onProgress = (event: FindFixProgress): void => {
    if (event.kind === "step" && event.step === "answer") throw fault;
  };

  await expect(findFixes({ repo: repo.dir, queries: ["#1"], onProgress }).next()).rejects.toBe(fault);
});

test("an aborted signal ends it with its reason, after the answers that were there", async () => {
  using repo = new TestRepository(steps);
  const controller = new AbortController();
  const reason = new Error("enough");
  const outcomes = findFixes({ repo: repo.dir, queries: ["#1", "#2"], signal: controller.signal });

  const first = await outcomes.next();
  controller.abort(reason);

  expect(first.value).toMatchObject({ query: "#1", answer: { commit: repo.hash("one") } });
  await expect(outcomes.next()).rejects.toBe(reason);
});
