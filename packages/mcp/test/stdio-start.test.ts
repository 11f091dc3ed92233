import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type McpOpenFailedError, openMcpConnection } from "../src/index.ts";
import { runnableOnWindows } from "../src/stdio/windows-command.ts";
import { countMarked, createMark, expectNothingLeft } from "./fixtures/processes.ts";
import { oddServer, textOf } from "./fixtures/stdio.ts";

expectNothingLeft();

const node = process.execPath;
const folder = mkdtempSync(join(tmpdir(), "holdfast-"));
const text = join(folder, "text");
writeFileSync(text, "no program", { mode: 0o644 });
afterAll(() => rmSync(folder, { recursive: true }));

const dies = 'process.stderr.write("x".repeat(20_000) + "\\nError: no licence\\u001b[2J\\n"); process.exitCode = 1;';
const mute = "process.stderr.write(`I listen`); process.stdin.resume();";
const logs = "console.log('Usage: server [options]'); process.stdin.resume();";

describe("a server that cannot be opened", () => {
  test.each([
    [
      "is not there",
      { command: "/no/such/server" },
      'the command "/no/such/server" was not found (ENOENT); install it, or give its full path',
    ],
    [
      "has no folder to run in",
      { command: node, cwd: "/no/such/folder" },
      'the working directory "/no/such/folder" does not exist; create it, or give another cwd',
    ],
    [
      "is no program",
      { command: text },
      `the command ${JSON.stringify(text)} may not be run (EACCES); make it executable, or run its interpreter with it as an argument`,
    ],
    [
      "is refused by the system",
      { command: node, args: ["sec\0ret"] },
      `the command ${JSON.stringify(node)} could not be run (ERR_INVALID_ARG_VALUE); check it, its arguments and the limits of this system`,
    ],
    [
      "dies at once",
      { command: node, args: ["-e", dies] },
      'the server process exited with code 1 during the handshake; run the command in a terminal to see why; the server said "Error: no licence\\u001b[2J"',
    ],
    [
      "exits at once without a word",
      { command: "true" },
      "the server process exited with code 0 during the handshake; run the command in a terminal to see why",
    ],
    [
      "never answers",
      { command: node, args: ["-e", mute], connectTimeout: 1_000 },
      'no connection within 1000 ms; check that it is an MCP server, or give it a longer connectTimeout; the server said "I listen"',
    ],
    [
      "is something else",
      { command: node, args: ["-e", logs], connectTimeout: 1_000 },
      'no connection within 1000 ms; check that it is an MCP server, or give it a longer connectTimeout; its standard output holds "Usage: server [options]", which is not MCP; a server writes its logs to standard error',
    ],
  ])(`${covers("MS-18")}: one that %s`, async (_what, options, found) => {
    const mark = createMark();
    const args = [...("args" in options ? options.args : ["-"]), mark];

    const error = await openMcpConnection({ name: "shop", ...options, args }).catch((failure: unknown) => failure);

    expect(error).toMatchObject({ code: "MCP_OPEN_FAILED", mayHaveRun: false, cause: expect.any(Error) });
    expect((error as Error).message).toBe(`connecting to shop: ${found}`);
    expect(countMarked(mark)).toBe(0);
  });

  test("says what it exited with, and the end of what it said", async () => {
    const error = (await openMcpConnection({ command: node, args: ["-e", dies] }).catch(
      (failure: unknown) => failure,
    )) as McpOpenFailedError;

    expect(error).toMatchObject({ exitCode: 1 });
    expect(error.stderr).toHaveLength(16_384);
    expect(error.stderr?.endsWith("Error: no licence\u001b[2J\n")).toBe(true);
  });

  test.each([
    [{ stderrLimit: -1 }, RangeError, "stderrLimit is a whole number of bytes from 0 up, and -1 is not"],
    [{ messageLimit: 1.5 }, RangeError, "messageLimit is a whole number of bytes from 0 up, and 1.5 is not"],
    [{ onStderr: "inherit" as never }, TypeError, "onStderr is a function"],
  ])("options %j are refused before anything is started", async (options, type, message) => {
    const opening = openMcpConnection({ command: "cat", ...options });

    await expect(opening).rejects.toThrow(type);
    await expect(opening).rejects.toThrow(message);
  });
});

describe("the environment", () => {
  test(covers("MS-19"), async () => {
    process.env["HOLDFAST_SECRET"] = "secret";
    await using connection = await openMcpConnection({ ...oddServer, env: { GIVEN: "given", TERM: "changed" } });
    delete process.env["HOLDFAST_SECRET"];

    const variables = JSON.parse(textOf(await connection.callTool("variables"))) as Record<string, string>;

    expect(variables).toMatchObject({ GIVEN: "given", TERM: "changed", PATH: process.env["PATH"] });
    expect(["GIVEN", "HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"]).toEqual(
      expect.arrayContaining(Object.keys(variables)),
    );
  });
});

describe("on Windows", () => {
  const files = new Set([String.raw`C:\bin\node.exe`, String.raw`C:\bin\npx.cmd`, String.raw`D:\my tools\run.cmd`]);
  const env = { Path: String.raw`C:\other;C:\bin`, PATHEXT: ".COM;.EXE;.CMD", ComSpec: String.raw`C:\cmd.exe` };
  const run = (command: string, ...args: string[]): object =>
    runnableOnWindows(command, args, env, (path) => files.has(path));

  test("a program is run as it is, and so is what cannot be found", () => {
    const found = run("node", "a b");
    const unknown = run("server", "a b");

    expect(found).toEqual({ command: String.raw`C:\bin\node.exe`, args: ["a b"], verbatim: false });
    expect(unknown).toEqual({ command: "server", args: ["a b"], verbatim: false });
  });

  test(covers("MS-20"), () => {
    const plain = run("npx", "-y", "server");
    const odd = run(String.raw`D:\my tools\run.cmd`, String.raw`say "100%" & \"go\" \\`);

    expect(plain).toEqual({
      command: String.raw`C:\cmd.exe`,
      args: ["/d", "/s", "/c", String.raw`"C:\bin\npx.cmd ^^^"-y^^^" ^^^"server^^^""`],
      verbatim: true,
    });
    expect(odd).toMatchObject({
      args: [
        "/d",
        "/s",
        "/c",
        String.raw`"D:\my^ tools\run.cmd ^^^"say^^^ \^^^"100^^^%\^^^"^^^ ^^^&^^^ \\\^^^"go\\\^^^"^^^ \\\\^^^""`,
      ],
    });
  });
});
