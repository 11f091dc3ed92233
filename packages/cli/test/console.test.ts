import { expect, test } from "vitest";
import { failWith, UsageError } from "../src/console.ts";
import { Interruption } from "../src/interruption.ts";
import { captureConsole } from "./captured-console.ts";

test.each([
  [new UsageError("--n is wrong"), 64, "holdfast: --n is wrong\n"],
  [new RangeError("out of range"), 64, "holdfast: out of range\n"],
  [new TypeError("no URL"), 64, "holdfast: no URL\n"],
  [new Error("it is closed"), 2, "holdfast: it is closed\n"],
  [new Error("two\nlines"), 2, "holdfast: two\\u{a}lines\n"],
  ["a text", 2, "holdfast: a text\n"],
  [Object.assign(new Error("it is gone"), { hint: "start it" }), 2, "holdfast: it is gone; start it\n"],
])("%s ends with exit code %i and one line", (error, exitCode, line) => {
  const console = captureConsole();

  const code = failWith(error, console);

  expect(code).toBe(exitCode);
  expect(console.err()).toEqual(line);
});

test.each([
  ["as it is", new Interruption(130)],
  ["as the reason of a cancellation", Object.assign(new Error("cancelled"), { reason: new Interruption(130) })],
])("an interruption, %s, gives its exit code and no word", (_, error) => {
  const console = captureConsole();

  const code = failWith(error, console);

  expect(code).toBe(130);
  expect(console.err()).toBe("");
});
