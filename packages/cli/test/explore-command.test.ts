import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";

const bin = join(import.meta.dirname, "../src/bin.ts");
const few = ["--budget", "20"];

test.each([
  ["a failing order", "lost-update", [], 1, /^failed: 1 of \d orders of 3 tasks\n {2}Error: an update was lost/],
  ["every order passes", "lost-update", ["--export", "fixed"], 0, /^exhausted: 4 orders of 3 tasks, no failure\n/],
  ["the budget is used up", "many-orders", few, 0, /^not found: no failure in 20 orders .* budget of 20 runs/],
  [
    "orders are only drawn",
    "lost-update",
    ["--export", "fixed", "--strategy", "random", ...few],
    0,
    /^not found: no failure in 20 orders/,
  ],
  [
    "it waits for what is not controlled",
    "uncontrolled",
    [],
    2,
    /^uncontrolled: .* hand real input and output to lab\.io\(\)\n/,
  ],
  ["the same order is another run", "nondeterministic", [], 2, /^nondeterministic: the first order gave another run/],
])("tells by words and exit code that %s", async (_, module, more, exitCode, words) => {
  const console = captureConsole();

  const code = await main(["explore", fixture(module), ...more], console);

  expect(console.out()).toMatch(words);
  expect(code).toBe(exitCode);
  expect(console.err()).toBe("");
});

test("shows the deciding accesses, the replay string and the tasks as lanes", async () => {
  const console = captureConsole();

  await main(["explore", fixture("lost-update")], console);

  expect(console.out()).toMatch(/task \d reads account\.balance at .*lost-update\.ts/);
  expect(console.out()).toMatch(/task \d writes account\.balance at .*lost-update\.ts/);
  expect(console.out()).toMatch(/^ {2}replay h1:[0-9a-f]{6}:np:[\d.,]+$/m);
  expect(console.out()).toMatch(/^task 0 +[#. ]+\ntask 1 +[#. ]+\n/m);
});

test("shows what the program says without letting it act on the terminal", async () => {
  const [asText, asJson] = [captureConsole(), captureConsole()];

  await main(["explore", fixture("lost-update")], asText);
  await main(["explore", fixture("lost-update"), "--json"], asJson);

  expect(asText.out()).toContain("\\u{1b}[2J");
  expect(asJson.out()).toContain("\\u001b[2J");
  expect(asText.out() + asJson.out()).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
});

test("goes on after the first failure under --count, and counts", async () => {
  const console = captureConsole();

  const code = await main(["explore", fixture("lost-update"), "--count", "--json"], console);

  expect(code).toBe(1);
  expect(JSON.parse(console.out())).toMatchObject({ verdict: "failed", exhausted: true, orders: 4, failing: 2 });
});

test.each([
  ["cancels tasks", ["--cancel", "everywhere"], "at most 1 of the tasks of lab.all() is cancelled in a run"],
  ["keeps timers to their times", ["--timers", "ordered"], "timers in the order of their times"],
  ["stops when the time is up", ["--export", "scenario", "--time", "1"], "the budget of 1 ms is used up"],
])("%s when it is told to", async (_, more, words) => {
  const console = captureConsole();

  await main(["explore", fixture("many-orders"), "--budget", "1000", ...more], console);

  expect(console.out()).toContain(words);
});

test("draws the same orders by chance from the same seed", async () => {
  const consoles = [captureConsole(), captureConsole()];

  for (const console of consoles) {
    await main(["explore", fixture("lost-update"), "--strategy", "random", "--seed", "5", "--json"], console);
  }

  const [first, second] = consoles.map((console) => ({ ...(JSON.parse(console.out()) as object), milliseconds: 0 }));
  expect(first).toMatchObject({ verdict: "failed", seed: 5 });
  expect(second).toEqual(first);
});

test("writes a picture and a trace of the failing order", async () => {
  await using folder = await temporaryFolder();
  const [svg, trace] = [join(folder.path, "lanes.svg"), join(folder.path, "trace.json")];

  const code = await main(["explore", fixture("lost-update"), "--svg", svg, "--trace", trace], captureConsole());

  expect(code).toBe(1);
  expect(await readFile(svg, "utf8")).toMatch(/^<svg [\s\S]*task 1[\s\S]*<\/svg>\s*$/);
  expect(JSON.parse(await readFile(trace, "utf8"))).toMatchObject({ displayTimeUnit: "ms" });
});

test("writes no file when no order fails", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "lanes.svg");

  const code = await main(["explore", fixture("lost-update"), "--export", "fixed", "--svg", file], captureConsole());

  expect(code).toBe(0);
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});

test.each(["--emit-test", "--svg", "--trace"])(
  "leaves a file alone that %s names and that is there",
  async (option) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "mine");
    await writeFile(file, "mine");
    const console = captureConsole();

    const code = await main(["explore", fixture("lost-update"), option, file], console);

    expect(code).toBe(64);
    expect(console.err()).toMatch(/^holdfast: --[\w-]+ .*mine: it is there already; name another file\n$/);
    expect(await readFile(file, "utf8")).toBe("mine");
  },
);

test.each([
  ["a module that is not there", "nowhere", 2, /cannot be loaded: .*nowhere\.ts/],
  ["a module that throws", "throws-at-import", 2, /cannot be loaded: no database\\u\{a\}\\u\{1b\}\[2J/],
  [
    "a module without a scenario",
    "no-scenario",
    2,
    /no function called "scenario"; it exports other; export a function/,
  ],
])("says in one line that it was given %s", async (_, module, exitCode, words) => {
  const console = captureConsole();

  const code = await main(["explore", fixture(module)], console);

  expect(console.err()).toMatch(words);
  expect(console.err()).toMatch(/^holdfast: loading a scenario from file:.+\n$/);
  expect([code, console.out()]).toEqual([exitCode, ""]);
});

test.each([
  ["a strategy", ["--strategy", "depth"], /'depth' is invalid\. Allowed choices are auto, exhaustive, random/],
  ["a way with timers", ["--timers", "slow"], /'slow' is invalid\. Allowed choices are free, idle, ordered/],
  ["a place to cancel", ["--cancel", "nowhere"], /'nowhere' is invalid\. Allowed choices are none, everywhere/],
  ["a budget", ["--budget", "0"], /--budget takes a whole number from 1 up, and "0" is not one/],
  ["a time", ["--time", "soon"], /--time takes a whole number/],
  ["a number of threads", ["--workers", "0"], /--workers takes a whole number/],
])("refuses %s that is none", async (_, more, words) => {
  const console = captureConsole();

  const code = await main(["explore", fixture("lost-update"), ...more], console);

  expect(console.err()).toMatch(words);
  expect(code).toBe(64);
});

test("finds by two threads what one finds", async () => {
  const argv = ["explore", fixture("lost-update"), "--workers", "2", "--json"];

  const { code, stdout } = await holdfast(argv);

  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: "failed", replay: expect.stringMatching(/^h1:/) });
});

test("loads the module on each of the threads, too", async () => {
  const argv = ["explore", fixture("many-orders"), ...few, "--workers", "2"];

  const { code, stdout, stderr } = await holdfast(argv);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^not found: no failure in 40 orders of 7 tasks; the budget of 20 runs is used up\n/);
  expect(stderr).toBe("loaded\n".repeat(3));
});

test.each([
  ["SIGINT", 130, "1"],
  ["SIGTERM", 143, "2"],
] as const)("%s ends the exploration, and the process with %i, on %s threads", async (signal, exitCode, workers) => {
  const argv = ["explore", fixture("many-orders"), "--budget", "100000000", "--workers", workers];
  const child = spawn(process.execPath, ["--conditions=@holdfast/source", bin, ...argv]);
  const output = text(child.stdout);
  await once(child.stderr, "data");

  child.kill(signal);
  const [code] = await once(child, "exit");

  expect(code).toBe(exitCode);
  expect(await output).toBe("");
});

function holdfast(argv: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--conditions=@holdfast/source", bin, ...argv]);
  const ended = Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return ended.then(([[code], stdout, stderr]) => ({ code, stdout, stderr }));
}

function fixture(name: string): string {
  return join(import.meta.dirname, `fixtures/${name}.ts`);
}

function temporaryFolder(): ReturnType<typeof mkdtempDisposable> {
  return mkdtempDisposable(join(tmpdir(), "holdfast-cli-"));
}
