import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { findFix } from "@holdfast/fixes";
import { afterAll, expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { fixRepository, incident } from "./fix-repositories.ts";

// Read by many tests, and changed by none.
const kit = await fixRepository(incident);
afterAll(async () => await kit[Symbol.asyncDispose]());

async function batch(
  queries: string,
  how: { readonly isTerminal?: boolean; readonly flags?: readonly string[] } = {},
): Promise<{ readonly code: number; readonly lines: unknown[]; readonly err: string }> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-cli-batch-"));
  const file = join(folder.path, "queries.txt");
  await writeFile(file, queries);
  const console = captureConsole(how);
  const code = await main(["fix", "batch", kit.dir, file, ...(how.flags ?? [])], console);
  const lines = console.out().split("\n").slice(0, -1);
  return { code, lines: lines.map((line) => JSON.parse(line) as unknown), err: console.err() };
}

test("prints the answer to each query on a line of its own, as fix find does", async () => {
  const answers = [
    await findFix({ repo: kit.dir, query: "#4514" }),
    await findFix({ repo: kit.dir, query: kit.hash("pick") }),
  ];

  const { code, lines, err } = await batch(`#4514\n${kit.hash("pick")}\n`);

  expect(lines).toEqual(answers);
  expect(err).toBe("");
  expect(code).toBe(0);
});

test("reads lines of text and of JSON, with any line ends, and skips empty ones", async () => {
  const { code, lines } = await batch('\uFEFF{"query":"#4514"}\r\n\r\n  {"query":"#4520","note":"x"}\r\n \n  #4514  ');

  expect(lines.map((line) => (line as { query: string }).query)).toEqual(["#4514", "#4520", "#4514"]);
  expect(code).toBe(0);
});

test("a query that fails gets its error, and the others their answers", async () => {
  const { code, lines, err } = await batch('#77\n{"query": 7}\n{broken\n#4514\n');

  expect(lines).toEqual([
    { query: "#77", error: { code: "FIXES_COMMIT_NOT_FOUND", message: expect.stringContaining("no commit names it") } },
    { query: '{"query": 7}', error: { code: "FIXES_QUERY_UNREADABLE", message: expect.any(String) } },
    { query: "{broken", error: { code: "FIXES_QUERY_UNREADABLE", message: expect.any(String) } },
    expect.objectContaining({ query: "#4514", commit: kit.hash("fix") }),
  ]);
  expect(err).toBe("");
  expect(code).toBe(3);
});

test("reads standard input where no file is named", async () => {
  const bin = join(import.meta.dirname, "../src/bin.ts");
  const child = spawn(process.execPath, ["--conditions=@holdfast/source", bin, "fix", "batch", kit.dir], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end("#4514\n");

  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, "close") as Promise<[number]>]);

  expect(JSON.parse(printed)).toMatchObject({ query: "#4514", commit: kit.hash("fix") });
  expect(code).toBe(0);
});

test("draws how far it is on a terminal, and not with --json", async () => {
  const [drawn, quiet] = [
    await batch("#4514\n#4520\n", { isTerminal: true }),
    await batch("#4514\n", { isTerminal: true, flags: ["--json"] }),
  ];

  expect(drawn.err).toContain("reading the history: 1 of 3");
  expect(drawn.err).toContain("answering: 2 of 2");
  expect(drawn.err.endsWith("\r\u001b[2K")).toBe(true);
  expect(quiet.err).toBe("");
});

test("says what is wrong with a file that is not there, that has no query, and with a repository that is none", async () => {
  const missing = captureConsole();
  const codes = [
    await main(["fix", "batch", kit.dir, join(kit.dir, "none.txt")], missing),
    (await batch("\n \n")).code,
    await main(["fix", "batch", "/proc", join(kit.dir, "HEAD")], captureConsole()),
  ];

  expect(missing.err()).toMatch(
    /^holdfast: .*none\.txt cannot be read \(.*\); name a file of queries, or - for standard input\n$/,
  );
  expect(codes).toEqual([64, 64, 3]);
});
