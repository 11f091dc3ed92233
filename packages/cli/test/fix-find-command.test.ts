import { findFix } from "@holdfast/fixes";
import { afterAll, expect, test } from "vitest";
import { main } from "../src/main.ts";
import { fixSearchText } from "../src/fix-search-text.ts";
import { captureConsole } from "./captured-console.ts";
import { type Change, fixRepository, incident } from "./fix-repositories.ts";

// Read by many tests, and changed by none.
const kit = await fixRepository(incident);
afterAll(async () => await kit[Symbol.asyncDispose]());

async function find(
  words: readonly string[],
  how: { readonly isTerminal?: boolean } = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const console = captureConsole(how);
  const code = await main(["fix", "find", ...words], console);
  return { code, out: console.out(), err: console.err() };
}

test("tells the first release, the gap after it, the safe floor, the backport, the revert and the odd tag", async () => {
  const { code, out, err } = await find([kit.dir, "#4514"]);

  const short = (id: string): string => kit.hash(id).slice(0, 10);
  expect(err).toBe("");
  expect(out.split("\n")).toEqual([
    `holdfast fix find   #4514 (${short("fix")})   triage-kit`,
    "  fix            2026-05-01 14:00Z   fix: exit the cancel scope in the task that entered it (#4514)",
    "  confidence     certain: it names the number as its own, or was merged as that",
    "  first release  v1.1.1   2026-05-01 19:00Z, 5 h 0 min after the commit",
    "  has the fix    1.x   v1.1.1 to v1.2.0   2 releases, v1.2.1 lacks it again",
    "                 1.x   v1.2.2   1 release, none after lacks it",
    "                 2.x   v2.0.0   1 release, none after lacks it",
    "  safe floor     1.x v1.2.2",
    "                 2.x v2.0.0",
    `  backports      ${short("pick")}   first in v1.1.1   certain: trailer, subject, patch-id`,
    `  reverts        ${short("revert")}   takes it out   first in v1.2.1`,
    `                 ${short("again")}   puts it back   first in v1.2.2`,
    "  reverted in    v1.2.1, which has both the fix and its revert",
    "  ignored        1 tag: delete   has no version in its name",
    "                 1 tag: v0.9.0   is another name of v1.0.0",
    "  released: first in v1.1.1; safe 1.x from v1.2.2, 2.x from v2.0.0",
    "",
  ]);
  expect(code).toBe(0);
});

test("tells how far before its tag the commit lies, which packages pin it, and which lines lack it", async () => {
  const slim = '[project]\nname = "agents-slim"\n';
  await using repo = await fixRepository([
    {
      id: "base",
      files: {
        "pyproject.toml": '[project]\nname = "agents"\ndependencies = ["agents-slim==1.0"]\n',
        "slim/pyproject.toml": slim,
      },
      tags: ["v0.9.0"],
    },
    { id: "r10", tags: ["v1.0.0"] },
    { id: "fix", subject: "Own the session (#7)", files: { "slim/a.py": "new\n" } },
    { id: "more" },
    { id: "beta", tags: ["v2.0.0b1"] },
    { id: "r20", tags: ["v2.0.0"] },
  ]);

  const { out } = await find([repo.dir, "#7"]);

  expect(out).toContain("  package        agents-slim, which agents pins\n");
  expect(out).toContain("  first release  v2.0.0   2026-05-01 17:00Z, 3 h 0 min after the commit (v2.0.0~3)\n");
  expect(out).toContain("                 v2.0.0b1   the first pre-release\n");
  expect(out).toContain("  lacks it       all of 0.9.x, 1.x\n");
  expect(out).toContain("  backports      none found\n  reverts        none found\n  ignored        no tag\n");
});

const unreleased: readonly Change[] = [
  { id: "base", files: { "package.json": '{ "name": "kit" }' }, tags: ["v1.0.0"] },
  { id: "fix", subject: "Close it (#7)" },
];

test.each([
  ["0: released", incident, "#4514", 0, "released: first in v1.1.1; safe 1.x from v1.2.2, 2.x from v2.0.0"],
  ["2: in no release", unreleased, "#7", 2, "NOT RELEASED: no release has it"],
  [
    "2: in a pre-release",
    [...unreleased, { id: "next", tags: ["v2.0.0-rc.1"] }],
    "#7",
    2,
    "NOT RELEASED: no stable release, and the pre-release v2.0.0-rc.1, has it",
  ],
  [
    "3: no more than possible",
    [
      ...unreleased,
      { id: "part", subject: "Revert parts of it", body: "This reverts part of commit <fix>.", tags: ["v1.1.0"] },
    ],
    "#7",
    3,
    "NO MORE THAN POSSIBLE; as far as can be told, NOT RELEASED: no release has it",
  ],
])("the exit code is %s", async (_, changes, query, exitCode, summary) => {
  await using repo = await fixRepository(changes);

  const { code, out } = await find([repo.dir, query]);

  expect(out).toContain(`\n  ${summary}\n`);
  expect(code).toBe(exitCode);
});

test("--pre counts a pre-release as a release", async () => {
  await using repo = await fixRepository([...unreleased, { id: "next", tags: ["v2.0.0-rc.1"] }]);

  const { code, out } = await find([repo.dir, "#7", "--pre"]);

  expect(out).toContain("  first release  v2.0.0-rc.1   2026-05-01 14:00Z, 1 h 0 min after the commit (v2.0.0-rc.1~1)");
  expect(out).toContain("\n  released: first in v2.0.0-rc.1\n");
  expect(code).toBe(0);
});

test("of a fix in several packages, --package has one, and it is out when it is out in all", async () => {
  await using repo = await fixRepository([
    {
      id: "base",
      files: { "packages/a/package.json": '{ "name": "a" }', "packages/b/package.json": '{ "name": "b" }' },
      tags: ["a@1.0.0", "b@1.0.0"],
    },
    {
      id: "fix",
      subject: "Close both (#7)",
      files: { "packages/a/a.ts": "new", "packages/b/b.ts": "new" },
      tags: ["a@1.1.0"],
    },
  ]);

  const [both, one, wrong] = [
    await find([repo.dir, "#7"]),
    await find([repo.dir, "#7", "--package", "a"]),
    await find([repo.dir, "#7", "--package", "c"]),
  ];

  expect(both.out).toContain("  package        a\n");
  expect(both.out).toContain("\n  NOT RELEASED in all packages: no release of b has it\n");
  expect(both.code).toBe(2);
  expect(one.out).toContain("\n  released: first in a@1.1.0; safe 1.x from a@1.1.0\n");
  expect(one.code).toBe(0);
  expect(wrong.err).toBe("holdfast: --package c: the fix is in a, b; name one of them, or leave it out\n");
  expect(wrong.code).toBe(64);
});

test("--json prints the answer of the library in one line, and with --show the commit too", async () => {
  const answer = await findFix({ repo: kit.dir, query: "#4514" });

  const [plain, shown] = [await find([kit.dir, "#4514", "--json"]), await find([kit.dir, "#4514", "--json", "--show"])];

  expect(plain.out).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(plain.out)).toEqual(answer);
  expect(JSON.parse(shown.out)).toEqual({ ...answer, shown: expect.objectContaining({ commit: kit.hash("fix") }) });
});

test("--show prints the message, the files and the hunks, in colour on a terminal only", async () => {
  const [pipe, terminal] = [
    await find([kit.dir, "#4514", "--show"]),
    await find([kit.dir, "#4514", "--show"], { isTerminal: true }),
  ];

  expect(pipe.out).toContain(
    `\n\ncommit ${kit.hash("fix")}   #4514\nauthor Dana <dana@example.org>   2026-05-01 14:00Z\n\n` +
      "    fix: exit the cancel scope in the task that entered it (#4514)\n\n    Fixes #2355\n\n    One task owns it.\n\n" +
      "  +1 -1       session.ts\n\ndiff --git a/session.ts b/session.ts\n",
  );
  expect(pipe.out.endsWith("\n-counted\n+owned\n")).toBe(true);
  expect(terminal.out).toContain("\u001b[31m-counted\u001b[39m\n\u001b[32m+owned\u001b[39m\n");
});

test("says on a terminal what is being done, and nothing of that in a pipe", async () => {
  const [pipe, terminal] = [await find([kit.dir, "#4514"]), await find([kit.dir, "#4514"], { isTerminal: true })];

  expect(pipe.err).toBe("");
  expect(terminal.err).toContain("reading the history: 1 of 3");
  expect(terminal.err).toContain("comparing patches: 2 of 3");
  expect(terminal.err.endsWith("\r\u001b[2K")).toBe(true);
});

test("warns on standard error, and goes on", async () => {
  await using repo = await fixRepository([{ id: "fix", subject: "Close it (#7)" }]);

  const { code, out, err } = await find([repo.dir, "#7", "--json"]);

  expect(err).toBe("holdfast: the repository has no tags; run git fetch --tags in it if its origin has\n");
  expect(JSON.parse(out)).toMatchObject({ commit: repo.hash("fix") });
  expect(code).toBe(2);
});

test("what a repository says cannot act on the terminal", async () => {
  const evil = "\u001b[2J\u202e";
  await using repo = await fixRepository([
    {
      id: "base",
      files: { "package.json": `{ "name": "kit${evil.replace("\u001b", "\\u001b")}" }` },
      tags: ["v1.0.0", "x\u202ey"],
    },
    {
      id: "fix",
      subject: `Close${evil} it (#7)`,
      body: `a${evil}\r\nb`,
      author: `Dana${evil}`,
      files: { "a\u202eb.ts": `x${evil}` },
    },
    { id: "next", tags: ["v1.1.0"] },
  ]);

  const [answer, search] = [
    await find([repo.dir, "#7", "--show"]),
    await find([repo.dir, "--search", `close${evil}`, "--show"]),
  ];

  for (const { out, code } of [answer, search]) {
    expect(out).toContain("Close\\u{1b}[2J\\u{202e} it (#7)");
    expect(out).toContain("a\\u{202e}b.ts");
    expect(out).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
    expect(code).toBe(0);
  }
});

test("--search ranks what may be the fix, says why, and that it is possible only", async () => {
  const text = "Attempted to exit cancel scope in a different task than it was entered in";

  const { code, out, err } = await find([kit.dir, "--search", text, "--limit", "1"]);

  expect(err).toBe("");
  expect(out.split("\n")).toEqual([
    `holdfast fix find   searching for "${text}"`,
    `   1   ${kit.hash("fix").slice(0, 10)}   2026-05-01   fix: exit the cancel scope in the task that entered it (#4514)`,
    '       has exit, cancel, scope, task, entered; has words of the text side by side; its subject says that it fixes something; says "Fixes #2355"; 1 more with this subject',
    "  possible only: words that match prove nothing; holdfast fix find <repo> <commit> --show has one to read",
    "",
  ]);
  expect(code).toBe(0);
});

test("--search --json has the candidates, and null where no host is asked", async () => {
  const { out } = await find([kit.dir, "--search", "cancel scope", "--json", "--show"]);

  expect(out).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(out)).toMatchObject({
    search: "cancel scope",
    candidates: [{ commit: kit.hash("fix"), confidence: "possible", pullRequest: "4514" }, {}, {}],
    host: null,
    shown: { commit: kit.hash("fix") },
  });
});

test("--search that finds nothing says so and exits with 3", async () => {
  const { code, out } = await find([kit.dir, "--search", "frobnicate"]);

  expect(out).toContain("\n  nothing has a word of it; try the odd word of the error alone\n");
  expect(code).toBe(3);
});

test("what the host has found stands below what the clone has, with the commits behind it", () => {
  const issue = {
    kind: "issue",
    number: 2355,
    title: "cancel\u001b scope",
    url: "https://github.com/o/r/issues/2355",
  } as const;
  const commits = [{ hash: "f".repeat(40), confidence: "certain" as const }];

  const text = fixSearchText(
    "cancel scope",
    [],
    [
      { ...issue, commits },
      { ...issue, kind: "pull-request", commits: [] },
    ],
  );

  expect(text.split("\n").slice(1, 3)).toEqual([
    "  on the host   issue #2355   cancel\\u{1b} scope   closed by ffffffffff (certain)   https://github.com/o/r/issues/2355",
    "  on the host   pull request #2355   cancel\\u{1b} scope   no commit known   https://github.com/o/r/issues/2355",
  ]);
  expect(text).toContain("possible only");
});

test.each([
  ["no query", [], "a fix is named by <query>; --search <text> looks for one by the text of an error"],
  ["a query and --search", ["#1", "--search", "x"], "--search stands in place of <query>; leave one of them out"],
  ["--limit without --search", ["#1", "--limit", "3"], "--limit goes with --search"],
  ["a limit of none", ["--search", "x", "--limit", "0"], "--limit takes a whole number from 1 up"],
  ["--search with --pre", ["--search", "x", "--pre"], "option '--search <text>' cannot be used with option '--pre'"],
  ["--offline with --refresh", ["#1", "--offline", "--refresh"], "cannot be used with option '--refresh'"],
  ["a query that is none", ["rubbish"], 'reading the query "rubbish": it is no hash, number or URL'],
  ["a search without a word", ["--search", "!?"], 'searching for "!?": it has no word'],
])("%s is a mistake of the command line", async (_, words, message) => {
  const { code, out, err } = await find([kit.dir, ...words]);

  expect(err).toContain(message);
  expect(err.match(/\n/g)).toHaveLength(1);
  expect(out).toBe("");
  expect(code).toBe(64);
});

test.each([
  ["a commit that is not there", "deadbeef", "looking up deadbeef: the repository has no such commit"],
  ["a number that nothing names", "#77", "looking up #77: no commit names it"],
])("%s is unknown, with what to do", async (_, query, message) => {
  const { code, out, err } = await find([kit.dir, query]);

  expect(err).toContain(`holdfast: ${message}`);
  expect(out).toBe("");
  expect(code).toBe(3);
});
