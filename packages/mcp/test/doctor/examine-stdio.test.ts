import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { examineMcpServer, McpOpenFailedError } from "../../src/index.ts";
import { countMarked, createMark, expectNothingLeft } from "../fixtures/processes.ts";
import { fixture, holdPipes, server } from "../fixtures/stdio.ts";
import { complaints, found, verdicts } from "./rows.ts";

expectNothingLeft();

const node = process.execPath;
const noisy = 'echo "listening on port 3000"; exec "$0" "$1"';
test("finds nothing to complain of in a server of the official kit", async () => {
  const { command, args } = server;

  const examination = await examineMcpServer({ command, args }, { tool: "echo", args: { text: "{n}" }, parallel: 4 });

  expect(complaints(examination)).toEqual([]);
  expect(verdicts(examination)).toMatchObject({
    discover: "ok",
    parallel: "ok",
    answers: "ok",
    output: "ok",
    exit: "ok",
    reconnect: "ok",
    close: "ok",
  });
  expect(found(examination, "output")).toContain('"the test server starts"');
  expect(found(examination, "reconnect")).toMatch(/in flight told at once \(outcome-unknown\); a new process answered/);
});

test("finds nothing to complain of in a process of the revision without sessions", async () => {
  const args = [fixture("modern-stdio-server.ts")];

  const examination = await examineMcpServer({ command: node, args }, { tool: "sleep", args: { ms: 100 } });

  expect(complaints(examination)).toEqual([]);
  expect(verdicts(examination)).toMatchObject({ cancel: "ok", exit: "ok", reconnect: "ok" });
});

test.each<[string, string, readonly string[], readonly [string, string, string]]>([
  [
    "writes to its standard output what is not MCP",
    "sh",
    ["-c", noisy, node, fixture("stdio-server.ts")],
    ["output", "warn", '"listening on port 3000"'],
  ],
  [
    "ends when it is asked what it speaks",
    node,
    [fixture("stdio-shy-server.ts")],
    ["discover", "fail", "the process ended"],
  ],
])(`${covers("DR-3")} (a process that %s)`, async (_what, command, args, [row, verdict, words]) => {
  const examination = await examineMcpServer({ command, args }, { parallel: 4 });

  expect(complaints(examination)).toEqual([`${row} ${verdict}`]);
  expect(found(examination, row)).toContain(words);
});

test.each([
  [
    "ends on no request",
    node,
    ["--import", fixture("ignore-sigterm.ts"), fixture("stdio-server.ts")],
    "had to be killed",
  ],
  ["leaves others behind", "sh", ["-c", holdPipes, node, fixture("stdio-server.ts")], "left processes"],
])(
  "complains of a process that %s, and kills what is left",
  { timeout: 30_000 },
  async (_what, command, args, words) => {
    const mark = createMark();

    const examination = await examineMcpServer({ command, args: [...args, mark] });

    expect(complaints(examination)).toEqual(["exit fail"]);
    expect(found(examination, "exit")).toContain(words);
    expect(countMarked(mark)).toBe(0);
  },
);

test("rejects when the process cannot be started", async () => {
  await expect(examineMcpServer({ command: "no-such-server" })).rejects.toThrow(McpOpenFailedError);
});

test(`${covers("DR-2")} (processes)`, async () => {
  const mark = createMark();
  const controller = new AbortController();
  const { command, args } = server;

  const examining = examineMcpServer(
    { command, args: [...args, mark] },
    {
      tool: "hold",
      timeout: 60_000,
      signal: controller.signal,
      onProgress: ({ doing }) => doing === "parallel" && controller.abort(),
    },
  );

  await expect(examining).rejects.toMatchObject({ code: "TASK_CANCELLED" });
  expect(countMarked(mark)).toBe(0);
});
