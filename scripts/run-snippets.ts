/**
 * Runs the examples of the documentation: each fence marked `ts run`, in Markdown and in doc comments, is a program of
 * its own, and each line `expression; // => value` in it is an assertion. Those and the fences marked `ts check` are
 * type-checked as well; a fence marked only `ts` is for the reader alone.
 *
 * A program is piped to Node from the repository root, types stripped, so that it imports the packages by name, from
 * source. It is padded with blank lines: the line of an error is the line of the document. A comment above the fence,
 * `<!-- preamble: file.ts -->`, names a module whose exports the example takes as given.
 *
 * `npm run snippets -- "docs/guides/*.md"` runs those of some documents only.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** A program found in a document. */
export interface Snippet {
  readonly file: string;
  /** The line of the fence, counted from 1. */
  readonly line: number;
  /** Whether it is run, or only type-checked. */
  readonly runs: boolean;
  /** Its text, each line where the document has it. */
  readonly source: string;
  /** The module that it takes things from without saying so, where it has one. */
  readonly preamble?: string;
}

/** What became of a snippet that failed. */
export interface Failure {
  /** `file:line` of the error, or of the fence when the error has no line. */
  readonly place: string;
  readonly message: string;
}

const root = join(import.meta.dirname, "..");
const documents = ["*.md", "docs/**/*.md", "packages/*/README.md", "packages/*/src/**/*.ts"];
const parallel = 2;
const timeout = 30_000;
/** Shared by the programs, which otherwise spend nine tenths of their time on stripping the types of the same sources. */
const compiled = join(root, "node_modules/.cache/snippets-compiled");

/** Finds the programs of all documents, or of those that the patterns name. */
export function findSnippets(patterns: readonly string[] = documents): Snippet[] {
  return globSync(patterns, { cwd: root, exclude: ["**/node_modules/**"] })
    .toSorted()
    .flatMap((file) => extractSnippets(file, readFileSync(join(root, file), "utf8")));
}

/** Finds the programs of one document. */
export function extractSnippets(file: string, content: string): Snippet[] {
  const snippets: Snippet[] = [];
  let open: { line: number; runs: boolean; lines: string[] } | undefined;
  let preamble: string | undefined;
  for (const [index, raw] of content.split("\n").entries()) {
    const line = file.endsWith(".md") ? raw : raw.replace(/^\s*\* ?/, "");
    if (open === undefined) {
      preamble =
        /^<!-- preamble: (\S+) -->$/.exec(line)?.[1] ??
        (line.trim() === "" || line.startsWith("```") ? preamble : undefined);
      const mark = /^\s*```ts (run|check)\s*$/.exec(line)?.[1];
      if (mark !== undefined) open = { line: index + 1, runs: mark === "run", lines: [] };
    } else if (/^\s*```\s*$/.test(line)) {
      const source = "\n".repeat(open.line) + open.lines.join("\n");
      snippets.push({
        file,
        line: open.line,
        runs: open.runs,
        source,
        ...(preamble === undefined ? {} : { preamble }),
      });
      open = undefined;
      preamble = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: the fence is never closed`);
  return snippets;
}

/** Runs one snippet in a Node of its own; resolves with `undefined` when every assertion held. */
export async function runSnippet(snippet: Snippet): Promise<Failure | undefined> {
  const node = spawn(process.execPath, ["--conditions=@holdfast/source", "--input-type=module-typescript", "-"], {
    cwd: root,
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    stdio: ["pipe", "ignore", "pipe"],
    timeout,
  });
  const exited = new Promise<string>((resolve) => {
    node.on("close", (code, signal) => resolve(signal ?? String(code)));
  });
  // A program may end before it has read its own text; its exit says why.
  node.stdin.on("error", () => {});
  const [first, ...rest] = withAssertions(snippet.source.split("\n"));
  node.stdin.end([`${first} ${preambleImport(snippet)}`, ...rest].join("\n"));
  const [said, ended] = await Promise.all([text(node.stderr), exited]);
  if (ended === "0") return undefined;
  const line = /\[eval\d*\]:(\d+)/.exec(said)?.[1] ?? String(snippet.line);
  return { place: `${snippet.file}:${line}`, message: explain(said, ended) };
}

/** Type-checks snippets, all in one run of the compiler. */
export function checkSnippets(snippets: readonly Snippet[]): Failure[] {
  // Inside the repository, or the imports would not resolve.
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "snippets-"));
  try {
    const files = snippets.map((_, index) => `${index}.ts`);
    const base = { extends: join(root, "tsconfig.tests.json"), include: [], exclude: [], references: [] };
    const config = { ...base, compilerOptions: { noUnusedLocals: false }, files };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    // A module even without an import or export.
    for (const [index, snippet] of snippets.entries()) {
      writeFileSync(join(folder, `${index}.ts`), `${preambleImport(snippet)}${snippet.source}\nexport {};\n`);
    }
    return compile(folder).map(({ file, line, message }) => {
      const snippet = snippets[file];
      return { place: snippet === undefined ? "tsc" : `${snippet.file}:${line}`, message };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The errors in the numbered files of a folder, and those that belong to no file. */
function compile(folder: string): { file: number; line: string; message: string }[] {
  const { stdout, error } = spawnSync("tsc", ["-p", ".", "--pretty", "false"], { cwd: folder, encoding: "utf8" });
  if (error !== undefined) {
    throw new Error("type-checking the snippets: tsc did not start; run this through npm", { cause: error });
  }
  const errors = stdout.matchAll(/^(?:(\d+)\.ts\((\d+),\d+\): )?error (.+)$/gm);
  return [...errors].map(([, file, line = "", message = ""]) => ({ file: Number(file), line, message }));
}

/** Imports everything that the preamble exports, on one line. */
function preambleImport({ preamble }: Snippet): string {
  if (preamble === undefined) return "";
  const path = join(root, preamble);
  const names = [...readFileSync(path, "utf8").matchAll(/^export (?:const|function|class) (\w+)/gm)].map(
    ([, name]) => name,
  );
  return `import { ${names.join(", ")} } from ${JSON.stringify(path)};`;
}

/** Turns each `expression; // => value` into an assertion, on the same lines; the first line, a blank one, imports it. */
function withAssertions(lines: readonly string[]): string[] {
  const program = [...lines];
  for (const [last, line] of lines.entries()) {
    const [, indent, end, value] = /^(\s*)(\S.*);\s*\/\/ => (.+)$/.exec(line) ?? [];
    if (indent === undefined || end === undefined || value === undefined) continue;
    // What ends with a bracket began on the last line before it that stands as far left.
    const asFarLeft = (other: string, at: number): boolean =>
      at < last && other.startsWith(indent) && /^\S/.test(other.slice(indent.length));
    const first = /^[)\]}]/.test(end) ? program.findLastIndex(asFarLeft) : last;
    const begin = (program[first] ?? "").trimStart();
    const name = /^(?:const|let|using|await using) (\w+)\b[^=]*=(?!=)/.exec(begin)?.[1];
    if (name === undefined) {
      program[last] = `${end}), (${value}));`;
      program[first] = `equal__((${first === last ? program[last] : begin}`;
    } else {
      program[last] = `${end}; equal__((${name}), (${value}));`;
    }
  }
  program[0] = 'import { deepStrictEqual as equal__ } from "node:assert/strict";';
  return program;
}

function explain(said: string, ended: string): string {
  if (ended === "13") return "the program waits for something that never comes";
  if (ended === "SIGTERM") return `the program ran for more than ${timeout / 1_000} s`;
  const found = /^(?:\w*Error|Error)\b[\s\S]*?(?=\n {4}at |\n\nNode\.js)/m.exec(said)?.[0];
  return found ?? (said.trim() || `the program exited with ${ended}`);
}

async function main(named: readonly string[]): Promise<void> {
  const snippets = findSnippets(named.length === 0 ? documents : named);
  if (snippets.length === 0) throw new Error(`no snippet in ${named.join(", ")}; name Markdown or source files`);
  const failures = checkSnippets(snippets);
  const waiting = snippets.filter(({ runs }) => runs);
  const lane = async (): Promise<void> => {
    for (let snippet = waiting.shift(); snippet !== undefined; snippet = waiting.shift()) {
      const failure = await runSnippet(snippet);
      if (failure !== undefined) failures.push(failure);
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  for (const failure of failures) console.error(`${failure.place}: ${failure.message}\n`);
  console.log(`${snippets.length} snippets, ${failures.length} failures`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

if (import.meta.main) await main(process.argv.slice(2));
