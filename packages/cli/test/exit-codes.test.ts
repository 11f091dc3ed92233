import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitCodes } from "../src/exit-codes.ts";

test("docs/cli.md lists every exit code, and no other", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/cli.md"), "utf8");

  const rows = [...page.matchAll(/^\| (\d+(?:, \d+)*) +\|/gm)].flatMap(([, codes = ""]) =>
    codes.split(", ").map(Number),
  );

  expect(rows.toSorted((a, b) => a - b)).toEqual(Object.values(exitCodes).toSorted((a, b) => a - b));
});
