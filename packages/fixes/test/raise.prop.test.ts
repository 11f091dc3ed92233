import * as fc from "fast-check";
import { expect, test } from "vitest";
import { requirementLines } from "../src/locks/requirements.ts";
import { diffOf, editText } from "../src/raise/edit.ts";
import { packageJsonRequirements } from "../src/raise/package-json.ts";
import { readPyproject } from "../src/raise/pyproject.ts";
import { raiseRange } from "../src/raise/raise-range.ts";
import { npmFix, pythonFix } from "./answers.ts";

interface Case {
  readonly range: string;
  readonly eol: string;
  readonly indent: string;
  readonly mark: string;
  readonly before: number;
  readonly after: number;
  readonly isEnded: boolean;
}

function caseOf(ranges: fc.Arbitrary<string>): fc.Arbitrary<Case> {
  return fc.record({
    range: ranges,
    eol: fc.constantFrom("\n", "\r\n"),
    indent: fc.constantFrom("  ", "\t", "    "),
    mark: fc.constantFrom("", "\uFEFF"),
    before: fc.nat(6),
    after: fc.nat(6),
    isEnded: fc.boolean(),
  });
}

function fill(count: number, row: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => row(index));
}

function layOut({ eol, mark, isEnded }: Case, rows: readonly string[]): string {
  return mark + rows.join(eol) + (isEnded ? eol : "");
}

type Read = (text: string) => readonly { readonly package: string; readonly range: string; readonly offset: number }[];

function expectOneLine(text: string, name: string, read: Read, dialect: "npm" | "pep440"): void {
  const [about] = (dialect === "npm" ? npmFix() : pythonFix()).packages;
  const found = read(text).find((entry) => entry.package === name);
  if (found === undefined || about === undefined) throw new RangeError("the requirement is there");
  const raised = raiseRange(dialect, found.range, about);
  if (raised.kind !== "raised") throw new RangeError(raised.reason);
  const edit = {
    file: "f",
    line: 1,
    package: name,
    table: "",
    before: found.range,
    after: raised.range,
    offset: found.offset,
  };
  const edited = editText(text, [edit]);

  const rows = text.split("\n");
  const changed = edited.split("\n").filter((row, index) => row !== rows[index]);
  expect([changed.length, edited.split("\n").length]).toEqual([1, rows.length]);
  expect(edited.length - text.length).toBe(raised.range.length - found.range.length);
  expect(read(edited).find((entry) => entry.package === name)?.range).toBe(raised.range);
  expect(diffOf("f", text, [edit]).match(/^[-+](?![-+])/gm)).toHaveLength(2);
  expect(raiseRange(dialect, raised.range, about).kind).toBe("done");
}

const npmRanges = fc
  .tuple(fc.constantFrom("^", "~", ">=", ">= ", "", "="), fc.nat(1), fc.nat(9))
  .map(([operator, minor, patch]) => `${operator}6.${minor}.${patch}`)
  .filter((range) => !/^=?6\.0\.[4-9]|^=?6\.0\.1/.test(range));
const pythonRanges = fc
  .tuple(fc.constantFrom(">=", "~=", "==", ">= "), fc.nat(91), fc.nat(9), fc.constantFrom("", ",!=1.50", ",<2", ", <3"))
  .filter(([operator, , , rest]) => operator !== "==" || rest === "")
  .map(([operator, minor, patch, rest]) => `${operator}1.${minor}.${patch}${rest}`);

test("an edit of package.json changes one line, and reads back as the new floor", () => {
  fc.assert(
    fc.property(caseOf(npmRanges), (one) => {
      const rows = [
        "{",
        `${one.indent}"dependencies": {`,
        ...fill(one.before, (index) => `${one.indent}${one.indent}"a${index}": "^6.1.0",`),
        `${one.indent}${one.indent}"socketry": "${one.range}"${one.after > 0 ? "," : ""}`,
        ...fill(one.after, (index) => `${one.indent}"b${index}": "^6.1.0"${index + 1 < one.after ? "," : ""}`),
        `${one.indent}}`,
        "}",
      ];

      expectOneLine(layOut(one, rows), "socketry", (text) => packageJsonRequirements("f", text), "npm");
    }),
  );
});

test("an edit of pyproject.toml changes one line, and reads back as the new floor", () => {
  fc.assert(
    fc.property(caseOf(pythonRanges), (one) => {
      const rows = [
        "[project] # names",
        "dependencies = [",
        ...fill(one.before, (index) => `${one.indent}'a${index}>=1.20.0', # why`),
        `${one.indent}"agents${one.range}", # kept`,
        ...fill(one.after, (index) => `${one.indent}"b${index}>=1.20.0",`),
        "]",
      ];

      expectOneLine(layOut(one, rows), "agents", (text) => readPyproject("f", text).requirements, "pep440");
    }),
  );
});

test("an edit of a requirements file changes one line, and reads back as the new floor", () => {
  const read: Read = (text) =>
    requirementLines(text).map(({ name, spec, specOffset }) => ({ package: name, range: spec, offset: specOffset }));
  fc.assert(
    fc.property(caseOf(pythonRanges), (one) => {
      const rows = [
        ...fill(one.before, (index) => `a${index}==1.20.0  # why`),
        `agents[x]${one.range} ; python_version > "3.9"  # kept`,
        ...fill(one.after, (index) => `b${index}>=1.20.0`),
      ];

      expectOneLine(layOut(one, rows), "agents", read, "pep440");
    }),
  );
});
