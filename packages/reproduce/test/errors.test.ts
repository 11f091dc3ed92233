import { expect, test } from "vitest";
import { LevelMissingError, UnreachableError } from "../src/index.ts";

test("the errors have their names, codes, facts and hints", () => {
  const cause = new Error("connect ECONNREFUSED");

  const unreachable = new UnreachableError("http://127.0.0.1:1/", 10, { cause });
  const missing = new LevelMissingError(4, "the run before", [1, 10]);

  expect(unreachable).toMatchObject({
    name: "UnreachableError",
    code: "REPRODUCE_UNREACHABLE",
    message: "sending 10 requests to http://127.0.0.1:1/: not one was answered (connect ECONNREFUSED)",
    hint: "start the server, or check host and port",
    url: "http://127.0.0.1:1/",
    cause,
  });
  expect(missing).toMatchObject({
    name: "LevelMissingError",
    code: "REPRODUCE_LEVEL_MISSING",
    message: "comparing at concurrency 4: the run before was measured at 1, 10; compare at a level of both",
    hint: "compare at a level that both have",
    concurrency: 4,
  });
  expect([unreachable, missing].flatMap(Object.keys)).not.toContain("name");
});

test.each([
  [Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
  [new RangeError(), "RangeError"],
  ["gone", "gone"],
])("an unreachable server is explained even by a cause without a message", (cause, text) => {
  const error = new UnreachableError("http://localhost/", 1, { cause });

  expect(error.message).toContain(`(${text})`);
});
