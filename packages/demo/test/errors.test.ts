import { HoldfastError } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import {
  BundledFixError,
  ChildNotReadyError,
  ModelUnavailableError,
  PortInUseError,
  ReportNotWrittenError,
} from "../src/index.ts";

test.each([
  [new BundledFixError("x"), "BundledFixError", "DEMO_BUNDLED_FIX"],
  [new ChildNotReadyError("x", "it ended", ""), "ChildNotReadyError", "DEMO_CHILD_NOT_READY"],
  [new ModelUnavailableError("x", "it is not there"), "ModelUnavailableError", "DEMO_MODEL_UNAVAILABLE"],
  [new PortInUseError(1), "PortInUseError", "DEMO_PORT_IN_USE"],
  [new ReportNotWrittenError("x", { cause: new Error("no") }), "ReportNotWrittenError", "DEMO_REPORT_NOT_WRITTEN"],
])("%s has a name on its prototype and a code of its own", (error, name, code) => {
  expect(error).toBeInstanceOf(HoldfastError);
  expect(error).toMatchObject({ name, code });
  expect(Object.keys(error)).not.toContain("name");
});

test("of what a child said, the line of its error is told, else the last one", () => {
  const crash = "file:///x.js:1\nboom();\n^\n\nReferenceError: boom is not defined\n    at x.js:1\n\nNode.js v24\n";

  const crashed = new ChildNotReadyError("server", "it ended", crash);
  const failed = new ChildNotReadyError("server", "it ended", "warming up\nno plan\n");

  expect(crashed.message).toBe("starting the server: it ended; it said: ReferenceError: boom is not defined");
  expect(failed.message).toBe("starting the server: it ended; it said: no plan");
});
