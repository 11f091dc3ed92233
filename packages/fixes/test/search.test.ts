import { expect, test } from "vitest";
import { FixFinder } from "../src/fix-finder.ts";
import { type Step, TestRepository } from "./repository.ts";

const error = "Attempted to exit cancel scope in a different task than it was entered in";

async function search(steps: readonly Step[], text: string, limit?: number): Promise<readonly string[]> {
  using repo = new TestRepository(steps);
  const finder = await FixFinder.open({ repo: repo.dir });
  return finder.search(text, { limit }).map(({ subject }) => subject);
}

test("ranks the message with most of the text's rare words first, and leaves out those with none", async () => {
  const found = await search(
    [
      { id: "docs", subject: "Document every task" },
      { id: "fix", subject: "Exit the cancel scope in the task that entered it" },
      { id: "other", subject: "Speed up the parser" },
      { id: "task1", subject: "Name the task" },
      { id: "scope", subject: "Explain what a scope is" },
    ],
    error,
  );

  expect(found).toEqual([
    "Exit the cancel scope in the task that entered it",
    "Explain what a scope is",
    "Name the task",
    "Document every task",
  ]);
});

test("finds words in other forms, in names that are put together, and in the body", async () => {
  using repo = new TestRepository([
    { id: "base" },
    { id: "name", subject: "Close CancelScope early" },
    { id: "snake", subject: "Guard cancel_scopes" },
    { id: "body", subject: "Own the session", body: "It said that a scope was cancelling." },
    { id: "part", subject: "Telescope" },
  ]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const found = finder.search("cancel scope").map(({ subject, matched }) => [subject, matched.join(" ")]);

  expect(found).toEqual([
    ["Guard cancel_scopes", "cancel scope"],
    ["Close CancelScope early", "cancel scope"],
    ["Own the session", "scope"],
  ]);
});

test("prefers, of messages with the same words, the one that has the whole text, then one with some side by side", async () => {
  using repo = new TestRepository([
    { id: "whole", subject: "connection closed peer closed" },
    { id: "beside", subject: "closed peer connection closed" },
    { id: "some", subject: "peer closed connection closed" },
    { id: "apart", subject: "closed, closed connection and lost peer" },
  ]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const found = finder.search("Connection was closed by peer").map(({ commit, reasons }) => [commit, reasons[0]]);

  expect(found).toEqual([
    [repo.hash("whole"), "has the whole text in its subject"],
    [repo.hash("beside"), "has words of the text side by side"],
    [repo.hash("some"), "has words of the text side by side"],
    [repo.hash("apart"), undefined],
  ]);
});

test("puts what says that it fixes something up, and releases, bumps, merges and reverts down", async () => {
  const found = await search(
    [
      { id: "base" },
      { id: "release", subject: "chore: release the cancel scope" },
      { id: "bump", subject: "Bump cancel scope from 1 to 2" },
      { id: "side", subject: "Something else", on: "side", from: "base" },
      { id: "merge", subject: "Merge the cancel scope", merges: ["side"] },
      { id: "plain", subject: "Move the cancel scope" },
      { id: "revert", subject: "Revert the cancel scope" },
      { id: "closes", subject: "Keep the cancel scope", body: "Closes #12" },
      { id: "fix", subject: "fix: the cancel scope" },
    ],
    "cancel scope",
  );

  expect(found.slice(0, 5)).toEqual([
    "fix: the cancel scope",
    "Keep the cancel scope",
    "Move the cancel scope",
    "Revert the cancel scope",
    "Merge the cancel scope",
  ]);
  expect(found.slice(5).toSorted()).toEqual(["Bump cancel scope from 1 to 2", "chore: release the cancel scope"]);
});

test("takes the later of two that match alike", async () => {
  const found = await search(
    [
      { id: "one", subject: "Mend one scope" },
      { id: "two", subject: "Mend two scope" },
      { id: "old", subject: "Mend old scope", committed: 1_000_000_000 },
    ],
    "scope",
  );

  expect(found).toEqual(["Mend two scope", "Mend one scope", "Mend old scope"]);
});

test("lists a fix and its backports as one, by the commit that HEAD has", async () => {
  using repo = new TestRepository([
    { id: "base" },
    { id: "pick", subject: "[1.x] Exit the cancel scope (#9)", on: "1.x", from: "base" },
    { id: "fix", subject: "Exit the cancel scope (#7)" },
  ]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const found = finder.search("cancel scope");

  expect(found).toMatchObject([{ commit: repo.hash("fix"), pullRequest: "7", copies: [repo.hash("pick")] }]);
});

test("calls nothing more than possible, and gives a share, a date and the words", async () => {
  using repo = new TestRepository([{ id: "base" }, { id: "fix", subject: "cancel scope", committed: 1_700_000_000 }]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const [first] = finder.search("cancel scope, cancel the scope 0x7f3a", { limit: 1 });

  expect(first).toMatchObject({ confidence: "possible", date: "2023-11-14T22:13:20Z", matched: ["cancel", "scope"] });
  expect(first?.score).toBeGreaterThan(0);
  expect(first?.score).toBeLessThanOrEqual(1);
});

test("common words count only where the text has no others", async () => {
  const steps = [
    { id: "one", subject: "It is what it was" },
    { id: "two", subject: "Scope" },
  ];

  const [both, alone] = [await search(steps, "what is the scope"), await search(steps, "is it")];

  expect(both).toEqual(["Scope"]);
  expect(alone).toEqual(["It is what it was"]);
});

test("gives as many as are wanted", async () => {
  const steps = Array.from({ length: 14 }, (_, at) => ({ id: `c${at}`, subject: `scope number ${at}` }));

  const [usual, three] = [await search(steps, "scope"), await search(steps, "scope", 3)];

  expect(usual).toHaveLength(10);
  expect(three).toEqual(["scope number 13", "scope number 12", "scope number 11"]);
});

test("refuses a text without a word, and a limit that is none", async () => {
  using repo = new TestRepository([{ id: "base" }]);
  const finder = await FixFinder.open({ repo: repo.dir });

  expect(() => finder.search("!? --")).toThrow(expect.objectContaining({ code: "FIXES_QUERY_UNREADABLE" }));
  expect(() => finder.search("scope", { limit: 0 })).toThrow(RangeError);
  expect(() => finder.search("scope", { limit: 1.5 })).toThrow(RangeError);
});

test("takes a text that looks like a pattern for words, and of a whole stack trace the first", async () => {
  const trace = Array.from({ length: 500 }, (_, at) => `at call${at} (file:///srv/app.ts:${at}:1)`).join("\n");
  const steps = [{ id: "a", subject: "Mend f(x) [again" }, { id: "b" }, { id: "late", subject: "Zeppelin" }];

  const found = await search(steps, `Error: f(x) [again *+?\n${trace} zeppelin`);

  expect(found).toEqual(["Mend f(x) [again"]);
});
