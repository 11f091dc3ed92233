import { expect, test } from "vitest";
import * as agent from "../src/index.ts";

const cap = 25;

test("exports these names, and no others", () => {
  expect(Object.keys(agent).toSorted()).toEqual([
    "IncompleteFinishError",
    "ModelCallError",
    "ScriptError",
    "ToolConnectionError",
    "ToolInputError",
    "ToolNameClashError",
    "TurnLimitError",
    "createAgent",
    "scriptedModel",
    "tool",
  ]);
  expect(Object.keys(agent).length).toBeLessThanOrEqual(cap);
});
