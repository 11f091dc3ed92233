import { basename } from "node:path";
import { expect, test } from "vitest";
import { codeLines, files } from "./workspace.ts";

const sources = files("packages/*/src/**/*.ts");
const longest = 400;

test("no source file has more than 400 lines of code", () => {
  const long = sources.filter(({ text }) => codeLines(text) > longest).map(({ path }) => path);

  expect(long).toEqual([]);
});

test("every source file begins with a module comment that says what it is for", () => {
  const silent = sources.filter(({ text }) => !/^(?:#!.*\n)?\/\*\*\n \* \S(?:(?!\*\/)[\s\S])*@module/.test(text));

  expect(silent.map(({ path }) => path)).toEqual([]);
});

test("files are named in kebab case", () => {
  const named = files("{packages/*/{src,test,bench},tests,scripts,spec,examples}/**/*.ts");

  const odd = named
    .map(({ path }) => path)
    .filter((path) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z-]+)*\.ts$/.test(basename(path)));

  expect(odd).toEqual([]);
});

test("no source file has a default export, but the one that lint tools load by it", () => {
  const offenders = sources.filter(({ text }) => /^export (?:default\b|\{[^}]*\bas default\b)/m.test(text));

  expect(offenders.map(({ path }) => path)).toEqual(["packages/eslint-plugin/src/index.ts"]);
});

test("no file re-exports but an entry point", () => {
  const offenders = sources.filter(({ text }) => /^export (?:type )?(?:\*|\{[^}]*\}) from\b/m.test(text));

  expect(offenders.map(({ path }) => path).filter((path) => basename(path) !== "index.ts")).toEqual([]);
});

test("counts as code what is neither blank nor comment", () => {
  const text = [
    "/**",
    " * A comment.",
    " */",
    "const a = 1; // code",
    "",
    "  // none",
    "/* none */",
    "const b = 2;",
  ].join("\n");

  expect(codeLines(text)).toBe(2);
});
