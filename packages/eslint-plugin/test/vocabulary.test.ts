import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { constructors, functions, methods, properties } from "../src/vocabulary.ts";

const src = join(import.meta.dirname, "../../concurrency/src");
const sources = globSync("*.ts", { cwd: src }).map((file) => readFileSync(join(src, file), "utf8"));
const index = readFileSync(join(src, "index.ts"), "utf8");
const isExported = (name: string): boolean => new RegExp(`\\b${name}\\b(?=[^/]*\\bfrom ")`).test(index);

// The seam to the runtime is implemented by programs, not called by them.
const notCalled = new Set(["Runtime"]);

/** The names that are declared at an indentation, with whether they are declared to return a promise. */
function declared(text: string, indent: string): Map<string, boolean> {
  const parameters = String.raw`\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`;
  const head = String.raw`^${indent}(?:export )?(?:async )?(?:function )?(\w+)(?:<[^\n]*?>)?${parameters}: (\w+)`;
  return new Map(
    [...text.matchAll(new RegExp(head, "gm"))].map(([, name = "", type]) => [
      name,
      /^(?:Promise|Enterable)$/.test(type ?? ""),
    ]),
  );
}

/** The classes and interfaces that the library exports, with what they declare. */
const bodies = new Map(
  sources
    .flatMap((text) => [...text.matchAll(/^export (?:class|interface) (\w+)(?:<.*?>)?(?: extends (\w+))?[^]*?^\}/gm)])
    .filter(([, name = ""]) => isExported(name) && !notCalled.has(name))
    .map(([body, name = "", base = ""]) => [name, { body, base }]),
);
const kinds = new Map([...bodies].map(([name, { body, base }]) => [name, `${body}${bodies.get(base)?.body ?? ""}`]));

test("knows every function of the library that gives a promise, and no function that is none of its own", () => {
  const found = new Map(sources.flatMap((text) => [...declared(text, "")]).filter(([name]) => isExported(name)));
  const promising = [...found].filter(([, isPromise]) => isPromise).map(([name]) => name);

  const known = Object.entries(functions);

  expect(
    known
      .filter(([, { gives }]) => gives === "promise")
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(promising.toSorted());
  expect(known.map(([name]) => name).filter((name) => !found.has(name))).toEqual([]);
});

test("knows every method of the library that gives a promise, and no method that is none of its own", () => {
  const promising = [...kinds].flatMap(([kind, body]) =>
    [...declared(body, "  ")]
      .filter(([name, isPromise]) => isPromise && name !== "then")
      .map(([name]) => `${kind}.${name}`),
  );

  const known = Object.entries(methods).flatMap(([kind, table]) =>
    Object.entries(table).map(([name, { gives }]) => ({
      name: `${kind}.${name}`,
      isIn: kinds.get(kind),
      plain: name,
      gives,
    })),
  );

  expect(
    known
      .filter(({ gives }) => gives === "promise")
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(promising.toSorted());
  expect(known.filter(({ isIn, plain }) => !declared(isIn ?? "", "  ").has(plain)).map(({ name }) => name)).toEqual([]);
});

test("names no class, and no property of one, that the library does not have", () => {
  const named = [...Object.keys(constructors), ...Object.keys(methods), ...Object.keys(properties)];

  expect(named.filter((name) => !kinds.has(name))).toEqual([]);
  for (const [kind, table] of Object.entries(properties)) {
    for (const name of Object.keys(table)) expect(kinds.get(kind)).toMatch(new RegExp(`^ {2}readonly ${name}: `, "m"));
  }
});
