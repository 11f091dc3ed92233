import { expect, test } from "vitest";
import { errorCodes } from "../../scripts/error-codes.ts";
import { allErrorCodes, errorsPage, semanticsPage } from "../../scripts/generate-docs.ts";
import { requirements } from "../../spec/requirements.ts";

const union = 'export type LabErrorCode = "LAB_BUSY" | "LAB_LOST";';
const busy = [
  "/**",
  " * Thrown when the {@link Lab} is in use. Not often.",
  " *",
  " * @see Lab",
  " */",
  "export class BusyError extends HoldfastError {",
  '  override readonly code = "LAB_BUSY" satisfies LabErrorCode;',
  '  override readonly hint = "wait for \\"lab\\"";',
  "}",
].join("\n");

test("a row has the class, the first sentence of its comment and its hint, or the union's line for a class of many codes", () => {
  const doc = "/**\n * The codes.\n *\n * - `LAB_BUSY`: not used.\n * - `LAB_LOST`: the lab is\n *   gone\n */\n";
  const many = "/** Any of them. */\nexport class LabError extends Error {\n  readonly code: LabErrorCode;\n}";

  const codes = errorCodes("lab", [`${doc}${union}`, busy, many]);

  expect(codes).toEqual([
    {
      code: "LAB_BUSY",
      package: "lab",
      class: "BusyError",
      meaning: "Thrown when the `Lab` is in use.",
      cure: 'Wait for "lab".',
    },
    { code: "LAB_LOST", package: "lab", class: "LabError", meaning: "The lab is gone.", cure: "" },
  ]);
});

test("refuses a code that the union lacks, and one that nothing explains", () => {
  expect(() => errorCodes("lab", [`/** None. */\nexport type LabErrorCode = never;`, busy])).toThrow(
    "the union of codes lacks",
  );
  expect(() => errorCodes("lab", [`/** The codes. */\n${union}`, busy])).toThrow("nothing explains LAB_LOST");
});

test("codes are unique over all packages, in the form AREA_WHAT", () => {
  const codes = allErrorCodes().map(({ code }) => code);

  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  expect(codes.filter((code) => !/^[A-Z0-9]+(?:_[A-Z0-9]+)+$/.test(code) && code !== "INTERNAL")).toEqual([]);
});

test("the pages name every promise and every code", () => {
  const semantics = semanticsPage();
  const errors = errorsPage(allErrorCodes());

  expect(Object.keys(requirements).filter((id) => !semantics.includes(`- **${id}** `))).toEqual([]);
  expect(allErrorCodes().filter(({ code }) => !errors.includes(`| \`${code}\` |`))).toEqual([]);
});
