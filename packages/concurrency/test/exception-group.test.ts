import { expect, test } from "vitest";
import { ExceptionGroup, leafErrors } from "../src/index.ts";

test("an exception group is an AggregateError with a code, and its name is on the prototype", () => {
  const group = new ExceptionGroup([new Error("first"), new Error("second")]);

  expect(group).toBeInstanceOf(AggregateError);
  expect(Object.keys(group)).toEqual(["code"]);
  expect(Object.hasOwn(group, "name")).toBe(false);
  expect(group).toMatchObject({ name: "ExceptionGroup", code: "EXCEPTION_GROUP" });
  expect(group.message).toBe("unhandled errors in a task group (2): first");
});

test("a group quotes anything that can be thrown, and never throws itself", () => {
  const hostile = [undefined, null, Symbol("odd"), "text", 7n, { a: 1 }, Object.create(null), hostileObject()];

  const messages = hostile.map((error) => new ExceptionGroup([error], "two failed").message);

  expect(messages).toEqual([
    "two failed (1): undefined",
    "two failed (1): null",
    "two failed (1): Symbol(odd)",
    "two failed (1): text",
    "two failed (1): 7",
    'two failed (1): {"a":1}',
    "two failed (1): {}",
    "two failed (1): an object",
  ]);
  expect(new ExceptionGroup([]).message).toBe("unhandled errors in a task group (0)");
});

function hostileObject(): object {
  return {
    toJSON(): never {
      throw new Error("hostile");
    },
  };
}

test("the leaves of an error are those of its groups, and of what it suppressed before what it is", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((message) => new Error(message));

  const leaves = leafErrors(new ExceptionGroup([new AggregateError([a, b]), new SuppressedError(d, c)]));

  expect(leaves).toEqual([a, b, c, d]);
  expect(leafErrors("no error")).toEqual(["no error"]);
});
