import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { serve } from "./http-server.ts";

const atTen = { concurrency: 10, requests: 10, answered: 10, hits: 2, interval: { low: 0.06, high: 0.51 } };
const notOurs = "the last line is no result of holdfast reproduce --json";

test("exits with 1 and tells the hits when the signature is seen", async () => {
  await using server = await serve((count) => ({ status: 500, body: count % 5 === 0 ? "a cancel scope" : "fine" }));
  const console = captureConsole();

  const code = await main(["reproduce", server.url, "--requests", "20", "--concurrency", "4"], console);

  expect(code).toBe(1);
  expect(server.requests()).toBe(20);
  expect(console.out()).toContain("4 at a time: 4 of 20 flagged   95 % [8.1, 41.6]");
  expect(console.out()).toContain("first flagged: 500 a cancel scope");
});

test("exits with 0 when it is not seen", async () => {
  await using server = await serve(() => ({ body: "fine" }));
  const console = captureConsole();

  const code = await main(["reproduce", server.url, "--requests", "6", "--concurrency", "1,3"], console);

  expect(code).toBe(0);
  expect(server.requests()).toBe(12);
  expect(console.out()).toMatch(/1 at a time: 0 of 6[\s\S]*3 at a time: 0 of 6/);
});

test("listens to signals while it runs, and no longer", async () => {
  const listeners = (): readonly number[] => [process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")];
  const [interrupts = 0, terminations = 0] = listeners();
  let during: readonly number[] = [];
  await using server = await serve(() => {
    during = listeners();
    return { body: "fine" };
  });

  await main(["reproduce", server.url, "--requests", "1"], captureConsole());

  expect(during).toEqual([interrupts + 1, terminations + 1]);
  expect(listeners()).toEqual([interrupts, terminations]);
});

test("sends the method, headers and body that it is given", async () => {
  await using server = await serve(() => ({ body: "fine" }));
  const headers = ["--header", "content-type: application/json", "--header", "X-Empty:"];

  const code = await main(
    ["reproduce", server.url, "--requests", "1", "--method", "PUT", ...headers, "--body", "{}"],
    captureConsole(),
  );

  expect(code).toBe(0);
  expect(server.last()).toMatchObject({
    method: "PUT",
    headers: { "content-type": "application/json", "x-empty": "" },
    body: "{}",
  });
});

test.each([
  ["text is looked for as it is", "a.c", 0],
  ["slashes make an expression", "/a.c/", 1],
  ["with its flags", "/A.C/i", 1],
  ["and without them", "/A.C/", 0],
])("of a signature, %s", async (_, signature, exitCode) => {
  await using server = await serve(() => ({ body: "abc" }));

  const code = await main(["reproduce", server.url, "--requests", "1", "--signature", signature], captureConsole());

  expect(code).toBe(exitCode);
});

test("a response that takes longer than the timeout is counted, and not waited for", async () => {
  await using server = await serve((count) => (count === 1 ? { body: "fine" } : undefined));
  const console = captureConsole();

  const code = await main(
    ["reproduce", server.url, "--requests", "2", "--concurrency", "1", "--timeout", "100"],
    console,
  );

  expect(code).toBe(0);
  expect(console.out()).toContain("(1 timeout)");
});

test("exits with 2 and one line when nothing answers", async () => {
  const { url } = await closedServer();
  const console = captureConsole();

  const code = await main(["reproduce", url, "--requests", "3", "--concurrency", "1"], console);

  expect(code).toBe(2);
  expect(console.out()).toBe("");
  expect(console.err()).toMatch(/^holdfast: sending 3 requests to .* not one was answered .*\n$/);
});

test("ends with one line for machines under --json", async () => {
  await using server = await serve((count) => ({ body: count === 1 ? "cancel scope" : "fine" }));
  const console = captureConsole();

  const code = await main(["reproduce", server.url, "--requests", "2", "--concurrency", "1", "--json"], console);

  const result = JSON.parse(console.out().trim().split("\n").at(-1) ?? "") as {
    levels: unknown[];
    comparison: unknown;
  };
  expect(code).toBe(1);
  expect(console.err()).toBe("");
  expect(result).toMatchObject({
    url: server.url,
    signature: "cancel scope",
    levels: [{ concurrency: 1, requests: 2, hits: 1 }],
  });
  expect(result.comparison).toBeNull();
});

test("calls it fixed when enough clean runs follow, and says how many are enough", async () => {
  await using folder = await temporaryFolder();
  await using server = await serve(() => ({ body: "fine" }));
  const before = join(folder.path, "before.json");
  await writeFile(before, earlier({ levels: [{ ...atTen, concurrency: 2 }] }));
  const few = captureConsole();
  const enough = captureConsole();

  const fewCode = await main(
    ["reproduce", server.url, "--requests", "32", "--concurrency", "2", "--compare", before],
    few,
  );
  const enoughCode = await main(
    ["reproduce", server.url, "--requests", "33", "--concurrency", "2", "--compare", before],
    enough,
  );

  expect([fewCode, enoughCode]).toEqual([1, 0]);
  expect(few.out()).toContain("not shown");
  expect(few.out()).toContain("33 clean runs are enough to say fixed");
  expect(enough.out()).toContain("fixed: the difference is real");
  expect(enough.out()).toContain("p = 0.050 (Boschloo: 0.031)");
});

test.each([
  ["a file that is not there", undefined, [], "ENOENT"],
  ["no JSON", "nonsense", [], "is not valid JSON"],
  ["JSON of something else", "null", [], notOurs],
  ["a run without a signature", earlier({ signature: 7 }), [], notOurs],
  ["a run without levels", earlier({ levels: {} }), [], notOurs],
  ["a level that is none", earlier({ levels: [null] }), [], notOurs],
  ["a level without its counts", earlier({ levels: [{ ...atTen, answered: "10" }] }), [], notOurs],
  ["a level without its interval", earlier({ levels: [{ ...atTen, interval: { low: 0.1 } }] }), [], notOurs],
  ["a run without the level", earlier(), ["--concurrency", "7"], "the earlier run has no level 7; it has 10"],
  ["several levels and none named", earlier(), ["--concurrency", "1,10"], "with several levels needs --at <n>"],
  ["a run for something else", earlier({ signature: "EOF" }), [], "looked for EOF; give the same --signature"],
])("refuses to compare with %s before anything is sent", async (_name, text, more, found) => {
  await using server = await serve(() => ({ body: "fine" }));
  await using folder = await temporaryFolder();
  const before = join(folder.path, "before.json");
  if (text !== undefined) await writeFile(before, text);
  const console = captureConsole();

  const code = await main(["reproduce", server.url, "--compare", before, ...more], console);

  expect(code).toBe(64);
  expect(console.err()).toMatch(/^holdfast: --compare.*\n$/);
  expect(console.err()).toContain(found);
  expect(server.requests()).toBe(0);
});

test("refuses to compare at a level that it does not measure", async () => {
  await using folder = await temporaryFolder();
  const before = join(folder.path, "before.json");
  await writeFile(before, earlier());
  const console = captureConsole();

  const code = await main(["reproduce", "http://127.0.0.1:9/", "--compare", before, "--at", "4"], console);

  expect(code).toBe(64);
  expect(console.err()).toBe("holdfast: --at 4 is not among the levels of --concurrency\n");
});

test("shows bodies from outside without letting them act on the terminal", async () => {
  await using server = await serve(() => ({ body: "cancel scope\u001b[2J\r\u202eoops" }));
  const console = captureConsole();

  await main(["reproduce", server.url, "--requests", "1", "--concurrency", "1"], console);

  expect(console.out()).toContain("cancel scope\\u{1b}[2J\\u{d}\\u{202e}oops");
  expect(console.out()).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
});

test("draws its progress on a terminal and clears it, and draws none in a pipe", async () => {
  await using server = await serve(() => ({ body: "fine" }));
  const terminal = captureConsole({ isTerminal: true });
  const pipe = captureConsole();
  const argv = ["reproduce", server.url, "--requests", "4", "--concurrency", "2"];

  await main(argv, terminal);
  await main(argv, pipe);

  expect(terminal.err()).toContain("2 at a time, 0 hits: 4 of 4");
  expect(terminal.err().endsWith("\r\u001b[2K")).toBe(true);
  expect(pipe.err()).toBe("");
});

test("sends bursts, warms up, and tells what a counted connection would give", async () => {
  await using server = await serve((count) => ({ body: count === 5 ? "cancel scope" : "fine" }));
  const console = captureConsole();
  const argv = ["--requests", "8", "--concurrency", "4", "--arrival", "burst", "--warm-up", "4"];

  const code = await main(["reproduce", server.url, ...argv], console);

  expect(code).toBe(1);
  expect(server.requests()).toBe(12);
  expect(console.out()).toContain("arrival burst");
  expect(console.out()).toContain("by bursts of 4: 1 of 2");
  expect(console.out()).toContain("a counted connection would give 18.8 % of requests, 75.0 % of bursts");
});

test("sends at a rate, and says how many had to wait", async () => {
  await using server = await serve(() => ({ body: "fine" }));
  const console = captureConsole();
  const argv = ["--requests", "20", "--concurrency", "1", "--arrival", "100000/s even", "--hold", "2"];

  const code = await main(["reproduce", server.url, ...argv], console);

  expect(code).toBe(0);
  expect(console.out()).toMatch(/\d+ had to wait for one of the 1 to end; their wait counts/);
  expect(console.out()).toContain("if holds vary exponentially, 2.0e+2 others holding on average");
});

test("draws the times of requests from the seed that it is given, or tells the one that it took", async () => {
  await using server = await serve(() => ({ body: "fine" }));
  const [given, taken, machine] = [captureConsole(), captureConsole(), captureConsole()];
  const argv = ["reproduce", server.url, "--requests", "2", "--concurrency", "1", "--arrival", "1000/s"];

  await main([...argv, "--seed", "7"], given);
  await main(argv, taken);
  await main([...argv, "--seed", "7", "--json"], machine);

  expect(given.out()).toContain("arrival 1000/s   seed 7\n");
  expect(taken.out()).toMatch(/arrival 1000\/s {3}seed \d+\n/);
  expect(JSON.parse(machine.out())).toMatchObject({ seed: 7 });
});

test("leaves out of all that it writes what looks like a secret of the URL, and says so", async () => {
  await using server = await serve(() => ({ body: "cancel scope" }));
  await using folder = await temporaryFolder();
  const [report, emitted] = [join(folder.path, "report.html"), join(folder.path, "emitted.test.ts")];
  const [text, machine] = [captureConsole(), captureConsole()];
  const argv = ["reproduce", `${server.url}?api_key=hunter2`, "--requests", "2", "--concurrency", "1"];

  await main([...argv, "--report", report, "--emit-test", emitted], text);
  await main([...argv, "--json"], machine);

  const written = [text.out(), machine.out(), await readFile(report, "utf8"), await readFile(emitted, "utf8")];
  for (const each of written) {
    expect(each).not.toContain("hunter2");
    expect(each).toContain("api_key");
  }
  expect(text.out()).toContain("left out of the URL, as they may be secrets: api_key");
});

test.each([
  ["fine", 0, "clean after 15 responses"],
  ["cancel scope", 1, "faulty after 2 responses"],
])("stops when the sequential test has decided, and exits by it: %s", async (body, exitCode, found) => {
  await using server = await serve(() => ({ body }));
  const console = captureConsole();

  const code = await main(["reproduce", server.url, "--concurrency", "1", "--sprt", "0.02,0.2"], console);

  expect(code).toBe(exitCode);
  expect(console.out()).toContain(`sequential test, 0.02 against 0.2: ${found}`);
});

test("a sequential test that could not decide is not called clean", async () => {
  await using server = await serve(() => ({ body: "fine" }));
  const argv = ["--requests", "5", "--concurrency", "1", "--sprt", "0.02,0.2"];

  const code = await main(["reproduce", server.url, ...argv], captureConsole());

  expect(code).toBe(1);
});

test("says which level was flagged most often", async () => {
  await using server = await serve((count) => ({ body: count > 4 ? "cancel scope" : "fine" }));
  const console = captureConsole();

  await main(["reproduce", server.url, "--requests", "4", "--concurrency", "1,2"], console);

  expect(console.out()).toContain("flagged most often at 2 at a time");
  expect(console.out()).toContain("hits of one session come together: trust the second interval");
});

test.each([
  ["--arrival", "often", "closed, burst or a rate"],
  ["--arrival", "0/s", "closed, burst or a rate"],
  ["--sprt", "0.2", "two shares"],
  ["--sprt", "0.2,0.02", "two shares"],
  ["--sprt", "0.1,0.2,0.3", "two shares"],
  ["--warm-up", "-1", "whole number from 0 up"],
  ["--seed", "4294967296", "a whole number from 0 up to 4294967295"],
  ["--hold", "0", "whole number from 1 up"],
  ["--report", "/nowhere/at/all.html", "ENOENT"],
  ["--report", tmpdir(), "there is a folder of that name"],
  ["--emit-test", import.meta.filename, "there is a file of that name"],
  ["--signature", "/(/", "Invalid regular expression"],
])("refuses %s %s before anything is sent", async (option, value, found) => {
  await using server = await serve(() => ({ body: "fine" }));
  const console = captureConsole();

  const code = await main(["reproduce", server.url, option, value], console);

  expect(code).toBe(64);
  expect(console.err()).toMatch(/^holdfast: [^\n]*\n$/);
  expect(console.err()).toContain(found);
  expect(server.requests()).toBe(0);
});

test("refuses to compare requests that arrived in another way", async () => {
  await using server = await serve(() => ({ body: "fine" }));
  await using folder = await temporaryFolder();
  const before = join(folder.path, "before.json");
  await writeFile(before, earlier({ arrival: "burst" }));
  const console = captureConsole();

  const code = await main(["reproduce", server.url, "--compare", before], console);

  expect(code).toBe(64);
  expect(console.err()).toContain('the earlier run had --arrival "burst"; give the same');
  expect(server.requests()).toBe(0);
});

test("follows redirects only when it is told to, and tells of those it does not follow", async () => {
  await using target = await serve(() => ({ body: "cancel scope" }));
  const redirecting = createServer((_request, response) => response.writeHead(302, { location: target.url }).end());
  await new Promise<void>((resolve) => redirecting.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/`;
  const [stays, follows] = [captureConsole(), captureConsole()];

  const codes = [
    await main(["reproduce", url, "--requests", "2"], stays),
    await main(["reproduce", url, "--requests", "2", "--follow"], follows),
  ];
  redirecting.close();

  expect(codes).toEqual([0, 1]);
  expect(stays.out()).toContain("(2 x 302, not followed)");
  expect(target.requests()).toBe(2);
});

test("writes a page with the pictures", async () => {
  await using folder = await temporaryFolder();
  await using server = await serve(() => ({ body: "a cancel scope <b>" }));
  const file = join(folder.path, "report.html");
  await writeFile(file, "an older one");

  await main(["reproduce", server.url, "--requests", "4", "--concurrency", "1,2", "--report", file], captureConsole());

  const page = await readFile(file, "utf8");
  expect(page).toContain("4 of 4 responses have it at 1 in parallel");
  expect(page).toContain("a cancel scope &lt;b&gt;");
  expect(page.match(/<svg/g)).toHaveLength(4);
});

test("writes no test of what was not seen, and says so", async () => {
  await using folder = await temporaryFolder();
  await using server = await serve(() => ({ body: "fine" }));
  const file = join(folder.path, "under-load.test.ts");
  const console = captureConsole();

  const code = await main(["reproduce", server.url, "--requests", "2", "--emit-test", file], console);

  expect(code).toBe(0);
  expect(console.out()).toContain("no test was written: the signature was not seen");
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});

/** What an earlier run printed, after something else that does not matter. */
function earlier(more: object = {}): string {
  return `progress\n${JSON.stringify({ signature: "cancel scope", levels: [atTen], ...more })}\n`;
}

async function closedServer(): Promise<{ url: string }> {
  await using server = await serve(() => ({ body: "" }));
  return { url: server.url };
}

function temporaryFolder(): ReturnType<typeof mkdtempDisposable> {
  return mkdtempDisposable(join(tmpdir(), "holdfast-cli-"));
}
