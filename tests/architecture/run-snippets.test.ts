import { expect, test } from "vitest";
import { checkSnippets, extractSnippets, findSnippets, runSnippet } from "../../scripts/run-snippets.ts";

// Each test starts a Node of its own, which takes a second when the machine is busy.
const timeout = 20_000;

function document(...lines: string[]): string {
  return ["# A page", "", "```ts run", ...lines, "```", ""].join("\n");
}

test("finds the fences marked to run, in Markdown and in doc comments, and no others", () => {
  const page = ["```ts", "skipped();", "```", "```ts run", "one();", "```", "```ts check", "three();", "```"].join(
    "\n",
  );
  const comment = ["/**", " * ```ts run", " * two();", " * ```", " */"].join("\n");

  const found = [...extractSnippets("page.md", page), ...extractSnippets("source.ts", comment)];

  expect(found.map(({ file, line, runs, source }) => [file, line, runs, source.trim()])).toEqual([
    ["page.md", 4, true, "one();"],
    ["page.md", 7, false, "three();"],
    ["source.ts", 2, true, "two();"],
  ]);
});

test("takes the documents of every folder, or those that are named", () => {
  const all = new Set(findSnippets().map(({ file }) => file));
  const named = new Set(findSnippets(["docs/guides/t*.md"]).map(({ file }) => file));

  expect([...all]).toEqual(
    expect.arrayContaining([
      "README.md",
      "docs/guides/cancellation.md",
      "packages/concurrency/README.md",
      "packages/concurrency/src/event.ts",
    ]),
  );
  expect([...named]).toEqual(["docs/guides/task-groups.md", "docs/guides/testing.md", "docs/guides/time-outs.md"]);
});

test("lets no program see what another has left behind", { timeout }, async () => {
  const pages = [
    'Object.assign(globalThis, { left: 1 }); process.env["LEFT"] = "1";',
    '[Object.hasOwn(globalThis, "left"), process.env["LEFT"]]; // => [false, undefined]',
  ].map((line) => document(line));

  for (const snippet of pages.flatMap((page) => extractSnippets("page.md", page))) {
    expect(await runSnippet(snippet)).toBeUndefined();
  }
});

test("holds when every value is the one that the document shows", { timeout }, async () => {
  const page = document(
    "const sum: number = 1 + 1; // => 2",
    "[sum, { deep: true }]; // => [2, { deep: true }]",
    'await Promise.resolve("later"); // => "later"',
    "await Promise.all([",
    "  sum,",
    "]); // => [2]",
    "const parts = [",
    "  [sum],",
    "]; // => [[2]]",
  );

  const failures = await Promise.all(extractSnippets("page.md", page).map(runSnippet));

  expect(failures).toEqual([undefined]);
});

test("catches a planted wrong value, and says where it stands", { timeout }, async () => {
  const page = document("const sum = 1 + 1;", "sum; // => 3");

  const failures = await Promise.all(extractSnippets("page.md", page).map(runSnippet));

  expect(failures).toEqual([{ place: "page.md:5", message: expect.stringMatching(/2 !== 3/) }]);
});

test("catches a wrong value of an expression over several lines", { timeout }, async () => {
  const page = document("await Promise.resolve({", "  sum: 2,", "}); // => { sum: 3 }");

  const failures = await Promise.all(extractSnippets("page.md", page).map(runSnippet));

  expect(failures).toEqual([{ place: "page.md:4", message: expect.stringContaining("sum: 3") }]);
});

test("catches an error, a syntax error and a wait without end", { timeout }, async () => {
  const pages = ['throw new TypeError("boom");', "const broken = ;", "await new Promise(() => {});"].map((line) =>
    document(line),
  );

  const failures = await Promise.all(pages.flatMap((page) => extractSnippets("page.md", page)).map(runSnippet));

  expect(failures).toEqual([
    { place: "page.md:4", message: "TypeError: boom" },
    { place: "page.md:4", message: expect.stringContaining("SyntaxError") },
    { place: "page.md:4", message: expect.stringContaining("never comes") },
  ]);
});

test("catches a wrong type, and says where it stands", { timeout }, () => {
  const right = document("const sum: number = 1 + 1; // => 2");
  const wrong = ["```ts check", "", "const sum: string = 1 + 1;", "```"].join("\n");

  const failures = checkSnippets([...extractSnippets("right.md", right), ...extractSnippets("wrong.md", wrong)]);

  expect(failures).toEqual([{ place: "wrong.md:3", message: expect.stringContaining("TS2322") }]);
});

test("refuses a fence that is never closed", () => {
  expect(() => extractSnippets("page.md", "```ts run\nlost();")).toThrow("page.md:1: the fence is never closed");
});
