import { expect, test } from "vitest";
import { ProgressLine } from "../src/progress-line.ts";
import { captureConsole } from "./captured-console.ts";

const start = "\r\u001b[2K";

test("draws over itself, once for each change, and clears what it drew", () => {
  const { stderr, err } = captureConsole({ isTerminal: true });
  const line = new ProgressLine(stderr, true);

  line.show("at work", 1, 4);
  line.show("at work", 1, 4);
  line.show("at work", 4, 4);
  line.clear();
  line.clear();

  const [some, all] = ["█████░░░░░░░░░░░░░░░", "█".repeat(20)];
  expect(err()).toBe(`${start}${some} at work 1 of 4${start}${all} at work 4 of 4${start}`);
});

test.each([
  [40, 39],
  [0, 79],
  [undefined, 79],
])("on a terminal of %o columns a line is cut to %i, so that it cannot wrap", (columns, length) => {
  const { stderr, err } = captureConsole({ isTerminal: true });
  Object.assign(stderr, { columns });

  new ProgressLine(stderr, true).show("x".repeat(100), 1, 2);

  expect(err()).toHaveLength(start.length + length);
});

test.each([
  ["in a pipe", false, true],
  ["when it is not wanted", true, false],
])("draws nothing %s", (_, isTerminal, isWanted) => {
  const { stderr, err } = captureConsole({ isTerminal });
  const line = new ProgressLine(stderr, isWanted);

  line.show("at work", 1, 4);
  line.clear();

  expect(err()).toBe("");
});

test("of nothing to do, nothing is done", () => {
  const { stderr, err } = captureConsole({ isTerminal: true });

  new ProgressLine(stderr, true).show("at work", 0, 0);

  expect(err()).toContain("░ at work 0 of 0");
});
