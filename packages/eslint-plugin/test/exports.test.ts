import { expect, test } from "vitest";
import * as all from "../src/index.ts";

test("exports the plugin as the default, which is how both linters load it, and nothing else", () => {
  expect(Object.keys(all)).toEqual(["default"]);
  expect(Object.keys(all.default.rules)).toEqual([
    "no-await-in-unshielded-finally",
    "no-open-without-using",
    "no-race-of-waits",
    "no-scope-across-yield",
    "no-swallowed-cancellation",
    "no-unawaited-handle",
  ]);
});
