import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";

const lostUpdate = join(import.meta.dirname, "fixtures/lost-update.ts");

test("fails again by the string that was found, and shows the steps", async () => {
  const text = await find();
  const console = captureConsole();

  const code = await main(["replay", lostUpdate, text], console);

  expect(code).toBe(1);
  expect(console.out()).toMatch(/^fails: Error: an update was lost[^\n]*\n {4}0\. scenario starts\n/);
  expect(console.out()).not.toContain("another run");
});

test("prints one line for machines under --json", async () => {
  const text = await find();
  const console = captureConsole();

  const code = await main(["replay", lostUpdate, text, "--json"], console);

  expect(code).toBe(1);
  expect(console.out()).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(console.out())).toMatchObject({ failed: true, divergence: null, steps: { length: 6 } });
});

test("refuses the string where the program has changed, unless it is to be tolerant", async () => {
  const text = await find();
  const argv = ["replay", lostUpdate, text, "--export", "fixed"];
  const [strict, tolerant] = [captureConsole(), captureConsole()];

  const codes = [await main(argv, strict), await main([...argv, "--tolerant"], tolerant)];

  expect(codes).toEqual([2, 0]);
  expect(strict.err()).toMatch(/^holdfast: replaying a schedule: .* the program has changed since, .*\n$/);
  expect(strict.out()).toBe("");
  expect(tolerant.out()).toMatch(/^passes\n {2}another run than the string was made from: /);
});

test.each([
  ["of another version", "h2:000000:np:-", /it is not of version h1/],
  ["without its end", "h1:000000:np:1.", /"1\." is no choice and index/],
  ["that would act on the terminal", "h1:\u001b[2J:np:-", /its fingerprint is not six hexadecimal digits/],
])("refuses a string %s as a usage error of one line", async (_, text, words) => {
  const console = captureConsole();

  const code = await main(["replay", lostUpdate, text], console);

  expect(code).toBe(64);
  expect(console.err()).toMatch(words);
  expect(console.err()).toMatch(/^holdfast: \P{Cc}+\n$/u);
});

test("says that the module is not there", async () => {
  const console = captureConsole();

  const code = await main(["replay", "nowhere.ts", "h1:000000:np:-"], console);

  expect(code).toBe(2);
  expect(console.err()).toMatch(/^holdfast: loading a scenario from .*nowhere\.ts: it cannot be loaded.*\n$/);
});

async function find(): Promise<string> {
  const console = captureConsole();
  await main(["explore", lostUpdate, "--json"], console);
  return (JSON.parse(console.out()) as { replay: string }).replay;
}
