import { expect, test } from "vitest";
import * as explore from "../src/index.ts";

test("exports what explores, replays and writes tests, and the errors of that", () => {
  expect(Object.keys(explore).toSorted()).toEqual([
    "DivergedError",
    "NoDrainError",
    "PrivateFieldsError",
    "ReplayInvalidError",
    "Replayed",
    "ScenarioMissingError",
    "emitTest",
    "explore",
    "exploreModule",
    "replay",
    "replayModule",
  ]);
});
