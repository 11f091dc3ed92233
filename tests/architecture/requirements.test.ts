import { expect, test } from "vitest";
import { requirements } from "../../spec/requirements.ts";
import { files } from "./workspace.ts";

const ids = Object.keys(requirements);

/** The ids that a test claims by calling `covers` with a literal. */
function claims(text: string): string[] {
  return [...text.matchAll(/\bcovers\(\s*"([^"]*)",?\s*\)/g)].map((match) => match[1] ?? "");
}

function compare(known: readonly string[], claimed: readonly string[]): { unclaimed: string[]; unknown: string[] } {
  return {
    unclaimed: known.filter((id) => !claimed.includes(id)),
    unknown: [...new Set(claimed)].filter((id) => !known.includes(id)),
  };
}

test("every promise is claimed by a test, and no test claims a promise that was never made", () => {
  const tests = [
    ...files("packages/*/test/**/*.ts"),
    ...files("tests/!(architecture)/**/*.ts"),
    ...files("tests/*.ts"),
  ];

  const found = compare(
    ids,
    tests.flatMap(({ text }) => claims(text)),
  );

  expect(found).toEqual({ unclaimed: [], unknown: [] });
});

test("sees a planted promise without a test, and a planted claim without a promise", () => {
  const claimed = claims('test(covers("TG-1"), () => {});\ntest(\n  covers(\n    "ZZ-9",\n  ),\n);');

  expect(compare(["TG-1", "TG-2"], claimed)).toEqual({ unclaimed: ["TG-2"], unknown: ["ZZ-9"] });
});
