import { expect, test } from "vitest";
import * as demo from "../src/index.ts";

const cap = 10;

test("exports these names, and no others", () => {
  expect(Object.keys(demo).toSorted()).toEqual([
    "BundledFixError",
    "ChildNotReadyError",
    "ModelUnavailableError",
    "PortInUseError",
    "ReportNotWrittenError",
    "runDemo",
    "scenarioPath",
    "testLevel",
  ]);
  expect(Object.keys(demo).length).toBeLessThanOrEqual(cap);
});
