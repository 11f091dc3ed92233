import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";

test.each([
  ["demo"],
  ["reproduce"],
  ["doctor"],
  ["explore"],
  ["replay"],
  ["fix find"],
  ["fix check"],
  ["fix raise"],
  ["fix verify"],
  ["fix batch"],
])("%s --help shows an example, and succeeds", async (command) => {
  const console = captureConsole();

  const code = await main([...command.split(" "), "--help"], console);

  expect(code).toBe(0);
  expect(console.out()).toContain(`Usage: holdfast ${command}`);
  expect(console.out()).toMatch(/Example:\n {2}holdfast /);
});

test("--help lists the commands and shows an example", async () => {
  const console = captureConsole();

  const code = await main(["--help"], console);

  expect(code).toBe(0);
  expect(console.out()).toMatch(
    /demo[\s\S]*reproduce[\s\S]*doctor[\s\S]*explore[\s\S]*replay[\s\S]*Example:\n {2}holdfast /,
  );
});

test("--version prints the version of the package", async () => {
  const console = captureConsole();

  const code = await main(["--version"], console);

  expect(code).toBe(0);
  expect(console.out()).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  ["an unknown command", ["frobnicate"], /unknown command 'frobnicate'; holdfast --help lists what there is/],
  ["a command that is nearly one", ["dmeo"], /unknown command 'dmeo' \(Did you mean demo\?\); holdfast/],
  ["a command that would move the cursor", ["\u001b[2J\n"], /unknown command '\\u\{1b\}\[2J /],
  ["an unknown option", ["demo", "--frobnicate"], /unknown option '--frobnicate'/],
  ["an unknown option without a command", ["--frobnicate"], /unknown option '--frobnicate'/],
  ["a word too many", ["demo", "now"], /too many arguments for 'demo'. Expected 0 arguments but got 1: now; holdfast/],
  ["an option without its value", ["demo", "--seed"], /option '--seed <n>' argument missing/],
  ["a seed that is no number", ["demo", "--seed", "x"], /--seed takes a whole number from 0 up, and "x" is not one/],
  ["a time scale that is no number", ["demo", "--time-scale", "slow"], /--time-scale takes a number or a fraction/],
  ["a time scale of zero", ["demo", "--time-scale", "0"], /a time scale is above 0 and at most 1, and 0 is not/],
  ["a fraction of nothing", ["demo", "--time-scale", "1/0"], /--time-scale takes a number or a fraction/],
  ["no URL", ["reproduce"], /missing required argument 'url'/],
  ["something else than a URL", ["reproduce", "nowhere"], /"nowhere" is not a URL/],
  ["a URL of another scheme", ["reproduce", "ftp://127.0.0.1/"], /http or https/],
  ["no requests", ["reproduce", "http://127.0.0.1:9/", "--requests", "0"], /--requests takes a whole number from 1 up/],
  [
    "a level that is no number",
    ["reproduce", "http://127.0.0.1:9/", "--concurrency", "1,x"],
    /--concurrency takes a whole/,
  ],
  ["an empty signature", ["reproduce", "http://127.0.0.1:9/", "--signature", ""], /--signature is empty/],
  ["a broken expression", ["reproduce", "http://127.0.0.1:9/", "--signature", "/(/"], /--signature \/\(\/: Invalid/],
  ["a header without a colon", ["reproduce", "http://127.0.0.1:9/", "--header", "x"], /--header takes "name: value"/],
])("%s is a usage error of one line", async (_name, argv, line) => {
  const console = captureConsole();

  const code = await main(argv, console);

  expect(code).toBe(64);
  expect(console.out()).toBe("");
  expect(console.err()).toMatch(line);
  expect(console.err()).toMatch(/^holdfast: .+\n$/);
});
