import { expect, test } from "vitest";
import { readSourceSpec } from "../../src/source/source-spec.ts";

test.for([
  ["/srv/tool", { kind: "directory", dir: "/srv/tool" }],
  ["./tool", { kind: "directory", dir: "./tool" }],
  ["packages", { kind: "directory", dir: "packages" }],
  [String.raw`C:\tool`, { kind: "directory" }],
  ["file:///srv/tool", { kind: "url" }],
  ["git@git.example.org:a/b", { kind: "url" }],
  ["github:owner/tool", { kind: "url" }],
  ["npm:@scope/tool", { kind: "package", registry: "npm", name: "@scope/tool", isExplicit: true }],
  ["npm:packages", { kind: "package", registry: "npm", name: "packages", isExplicit: true }],
  ["pypi:Some_tool", { kind: "package", registry: "pypi", name: "Some_tool", isExplicit: true }],
  ["left-pad", { kind: "package", registry: "npm", name: "left-pad", isExplicit: false }],
] as const)("reads %s", ([text, expected]) => {
  expect(readSourceSpec(text)).toMatchObject(expected);
});

test.for([
  "",
  "--all",
  "npm:../x",
  "npm:-x",
  "npm:a/b",
  "pypi:a/b",
  "pypi:-a",
  "owner/tool",
  "ext::sh",
  "http://x/a",
  "a b",
])("refuses %j and names the forms that there are", (text) => {
  expect(() => readSourceSpec(text)).toThrow(expect.objectContaining({ code: "FIXES_URL_REFUSED" }));
  expect(() => readSourceSpec(text)).toThrow(/file/);
});
