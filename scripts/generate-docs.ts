/**
 * Writes the pages of docs/ that are made from code: semantics.md from spec/, errors.md from the errors of the packages,
 * and the pictures of the README from a run of the miniature.
 * With `--check` it writes nothing, and fails when a page on disk differs.
 *
 * @module
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { swimlaneSvg } from "@holdfast/pictures";
import { traceCounted, traceOwned } from "../packages/demo/src/report/trace-miniature.ts";
import { areas } from "../spec/requirements.ts";
import { errorCodes, type ErrorCode } from "./error-codes.ts";

const root = join(import.meta.dirname, "..");

/** The text of docs/semantics.md. */
export function semanticsPage(): string {
  const sections = areas.map(({ title, terms, promises, absent = {} }) =>
    [`## ${title}`, "", terms, "", ...list(promises), ...missing(absent)].join("\n"),
  );
  const opening = [
    "<!-- Generated from spec/requirements.ts by `npm run docs`; edit that file instead. -->",
    "",
    "# Semantics",
    "",
    "What Holdfast promises. Each promise has an id, and at least one test whose title begins with that id proves it; a promise",
    "that no test claims fails the build. What does not stand here may change without notice. Each section defines the words",
    "that its promises use.",
  ].join("\n");
  return `${[opening, ...sections].join("\n\n")}\n`;
}

/** The text of docs/errors.md. */
export function errorsPage(codes: readonly ErrorCode[]): string {
  const rows = codes
    .toSorted((left, right) => (left.code < right.code ? -1 : 1))
    .map((error) => [`\`${error.code}\``, `\`${error.package}\``, error.class, error.meaning, error.cure]);
  return [
    "<!-- Generated from the packages' errors by `npm run docs`; edit their doc comments instead. -->",
    "",
    "# Errors",
    "",
    "Every error that Holdfast throws on purpose has a `code` that does not change; match on it, not on the message or the",
    "class. Bad arguments throw the `TypeError` or `RangeError` of the language, which have no code.",
    "",
    table(["code", "package", "class", "meaning", "what to do"], rows),
    "",
  ].join("\n");
}

/** Reads the codes of every package. */
export function allErrorCodes(): ErrorCode[] {
  return globSync("packages/*/package.json", { cwd: root })
    .toSorted()
    .flatMap((manifest) => {
      const { name } = JSON.parse(readFileSync(join(root, manifest), "utf8")) as { name: string };
      const sources = globSync(join(manifest, "../src/**/*.ts"), { cwd: root }).toSorted();
      return errorCodes(
        name,
        sources.map((file) => readFileSync(join(root, file), "utf8")),
      );
    });
}

function list(byId: Readonly<Record<string, string>>): string[] {
  return Object.entries(byId).map(([id, text]) => `- **${id}** ${text}`);
}

function missing(absent: Readonly<Record<string, string>>): string[] {
  if (Object.keys(absent).length === 0) return [];
  return ["", "Not here, and why:", "", ...list(absent)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

async function main(check: boolean): Promise<void> {
  const pages = {
    "docs/semantics.md": semanticsPage(),
    "docs/errors.md": errorsPage(allErrorCodes()),
    "docs/incident-before.svg": `${swimlaneSvg(await traceCounted())}\n`,
    "docs/incident-after.svg": `${swimlaneSvg(await traceOwned())}\n`,
  };
  for (const [file, content] of Object.entries(pages)) {
    const path = join(root, file);
    if (!check) {
      writeFileSync(path, content);
    } else if (globSync(path).length === 0 || readFileSync(path, "utf8") !== content) {
      console.error(`${file} is not what the code says; run npm run docs`);
      process.exitCode = 1;
    }
  }
}

if (import.meta.main) await main(process.argv.includes("--check"));
