import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { once } from "node:events";
import { openFaultyHttpServer } from "@holdfast/mcp/testing";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { serve } from "./http-server.ts";

const legacy = ["2025-11-25", "2025-06-18", "2025-03-26"];
const root = join(import.meta.dirname, "../../..");
const stdioServer = join(root, "packages/mcp/test/fixtures/stdio-server.ts");

test("exits with 0, and tells what was found, when nothing would break", async () => {
  await using server = await openFaultyHttpServer({ versions: legacy });
  const console = captureConsole();

  const code = await main(["doctor", server.url, "--tool", "echo", "--args", '{"text":"{n}"}'], console);

  expect(code).toBe(0);
  expect(console.err()).toBe("");
  expect(console.out()).toContain(`holdfast doctor   ${server.url}\n`);
  expect(console.out()).toContain("protocol 2025-11-25   capabilities tools\n");
  expect(console.out()).toContain("tools    echo, sum (output schema)\n");
  expect(console.out()).toMatch(/^ {2}ok {7}parallel {6}10 calls at once/m);
  expect(server.counts().executed["sum"]).toBeUndefined();
});

test("exits with 0 when there are warnings alone, and says what they break", async () => {
  await using server = await openFaultyHttpServer({
    versions: legacy,
    faults: [{ fault: "get-drops", times: Infinity }],
  });
  const console = captureConsole();

  const code = await main(["doctor", server.url], console);

  expect(code).toBe(0);
  expect(console.out()).toMatch(/^ {2}warn {5}stream {8}it ends at once\n {25}breaks: clients/m);
  expect(console.out()).toMatch(/ 1 warn, \d+ ok, 1 skipped, after \d+\.\d s\n$/);
});

test("exits with 1 when something would break", async () => {
  await using server = await openFaultyHttpServer({
    versions: legacy,
    faults: [{ fault: "http-500", tool: "echo", times: Infinity }],
  });
  const console = captureConsole();

  const code = await main(["doctor", server.url, "--tool", "echo", "--parallel", "3"], console);

  expect(code).toBe(1);
  expect(console.out()).toMatch(/^ {2}fail {5}parallel {6}3 of 3 calls at once had no result: .* HTTP 500/m);
});

test("exits with 2 and one line when it cannot connect", async () => {
  const { url } = await closedServer();
  const console = captureConsole();

  const code = await main(["doctor", url], console);

  expect(code).toBe(2);
  expect(console.out()).toBe("");
  expect(console.err()).toMatch(/^holdfast: connecting to .* could not be reached .*\n$/);
});

test("looks at a command after the dashes, whose options are its own, with the variables that it is given", async () => {
  const console = captureConsole();
  const script = `process.argv[2] === "--json" && process.env.DOCTOR_WORD === "a=b" && import(${JSON.stringify(stdioServer)})`;
  const command = [process.execPath, "-e", script, "x", "--json"];

  const code = await main(["doctor", "--env", "DOCTOR_WORD=a=b", "--", ...command], console);

  expect(code).toBe(0);
  expect(console.out()).toMatch(/^ {2}ok {7}exit {10}it ended by itself/m);
});

test("sends the headers that it is given with each request", async () => {
  await using server = await serve(() => ({ status: 400, body: "" }));

  await main(["doctor", server.url, "--header", "x-key: secret"], captureConsole());

  expect(server.last().headers["x-key"]).toBe("secret");
});

test("speaks the revision that it is told to", async () => {
  await using server = await openFaultyHttpServer();
  const console = captureConsole();

  await main(["doctor", server.url, "--protocol", "2025-06-18", "--json"], console);

  expect(JSON.parse(console.out())).toMatchObject({ server: { protocolVersion: "2025-06-18" } });
});

test("ends with one line for machines under --json", async () => {
  await using server = await openFaultyHttpServer({ versions: legacy });
  const console = captureConsole();

  const code = await main(["doctor", server.url, "--json"], console);

  expect(code).toBe(0);
  expect(console.out()).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(console.out())).toMatchObject({
    target: server.url,
    server: { protocolVersion: "2025-11-25", capabilities: ["tools"], instructions: null },
    tools: [{ name: "echo" }, { name: "sum", outputSchema: true }],
    verdict: "ok",
  });
});

test("shows what a server says without letting it act on the terminal", async () => {
  const tools = { "echo\u001b[2J\u202e": () => "" };
  await using server = await openFaultyHttpServer({ versions: legacy, tools });
  const console = captureConsole();

  await main(["doctor", server.url], console);

  expect(console.out()).toContain("tools    echo\\u{1b}[2J\\u{202e}\n");
  expect(console.out()).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
});

test("draws its progress on a terminal and clears it, and draws none in a pipe", async () => {
  await using server = await openFaultyHttpServer({ versions: legacy });
  const terminal = captureConsole({ isTerminal: true });
  const pipe = captureConsole();

  await main(["doctor", server.url], terminal);
  await main(["doctor", server.url], pipe);

  expect(terminal.err()).toContain("looking at reconnect: 11 of 13");
  expect(terminal.err().endsWith("\r\u001b[2K")).toBe(true);
  expect(pipe.err()).toBe("");
});

test.each([
  ["nothing to look at", ["doctor"], /missing required argument 'target'/],
  ["what is no URL", ["doctor", "nowhere"], /"nowhere" is not a URL; a command stands after --/],
  ["several words that are no command", ["doctor", "node", "server.js"], /"node server.js" is not a URL/],
  ["a URL of another scheme", ["doctor", "ftp://127.0.0.1/"], /url is of http: or https:/],
  ["dashes without a command", ["doctor", "--"], /missing required argument 'target'/],
  ["a header for a command", ["doctor", "--header", "a: b", "--", "node"], /--header is for a URL/],
  ["a variable for a URL", ["doctor", "--env", "A=b", "http://127.0.0.1:9/"], /--env is for a command/],
  ["a variable without a value", ["doctor", "--env", "A", "--", "node"], /--env takes NAME=value/],
  ["arguments without a tool", ["doctor", "http://127.0.0.1:9/", "--args", "{}"], /--args needs --tool <name>/],
  ["arguments that are no JSON", ["doctor", "http://127.0.0.1:9/", "--args", "{"], /--args: /],
  ["arguments that are no object", ["doctor", "http://127.0.0.1:9/", "--args", "[1]"], /--args takes a JSON object/],
  [
    "too few to be parallel",
    ["doctor", "http://127.0.0.1:9/", "--parallel", "1"],
    /--parallel takes a whole number from 2/,
  ],
  [
    "a revision that there is not",
    ["doctor", "http://127.0.0.1:9/", "--protocol", "1999-12-31"],
    /--protocol <version>/,
  ],
])("%s is a usage error of one line", async (_name, argv, line) => {
  const console = captureConsole();

  const code = await main(argv, console);

  expect(code).toBe(64);
  expect(console.out()).toBe("");
  expect(console.err()).toMatch(line);
  expect(console.err()).toMatch(/^holdfast: .+\n$/);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s ends all that was started, and the process without a word", async (signal, exitCode) => {
  await using server = await openFaultyHttpServer({
    versions: legacy,
    faults: [{ fault: "hang", tool: "echo", times: Infinity }],
  });
  const argv = ["doctor", server.url, "--tool", "echo", "--timeout", "60000"];
  const bin = join(import.meta.dirname, "../src/bin.ts");
  const child = spawn(process.execPath, ["--conditions=@holdfast/source", bin, ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  await server.waitUntil(({ executed }) => executed["echo"] === 1);

  child.kill(signal);
  const [[code], output, errors] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);

  expect({ code, output, errors }).toEqual({ code: exitCode, output: "", errors: "" });
  await server.waitUntil(({ socketsOpen, sessionsOpen }) => socketsOpen + sessionsOpen === 0);
});

async function closedServer(): Promise<{ url: string }> {
  await using server = await serve(() => ({ body: "" }));
  return { url: server.url };
}
