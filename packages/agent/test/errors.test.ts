import { HoldfastError } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import {
  IncompleteFinishError,
  ModelCallError,
  ScriptError,
  ToolConnectionError,
  ToolInputError,
  ToolNameClashError,
  TurnLimitError,
} from "../src/index.ts";

const every = [
  new IncompleteFinishError("gpt", "length", ""),
  new ModelCallError("gpt", new Error("503")),
  new ScriptError("no turn"),
  new ToolConnectionError("refused", { cause: new Error("ECONNREFUSED") }),
  new ToolInputError("work", []),
  new ToolNameClashError("work", "a", "b"),
  new TurnLimitError("triage", 3, ["work"]),
];

test.each(every.map((error) => [error.constructor.name, error] as const))(
  "%s carries its name on the prototype and its code on itself",
  (name, error) => {
    expect(error).toBeInstanceOf(HoldfastError);
    expect(error.name).toBe(name);
    expect(Object.hasOwn(error, "name")).toBe(false);
    expect(error.code).toMatch(/^AGENT_[A-Z]+(_[A-Z]+)*$/);
  },
);

test("no two errors share a code", () => {
  expect(new Set(every.map(({ code }) => code)).size).toBe(every.length);
});

test("messages begin in lower case and end without a full stop", () => {
  expect(every.map(({ message }) => message).filter((message) => /^[A-Z]|\.$/.test(message))).toEqual([]);
});
