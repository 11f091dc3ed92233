/**
 * The workspace as the architecture tests read it: packages, their manifests and the text of their sources.
 *
 * @module
 */
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The parts of a package.json that the tests look at. */
export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A file and its text. */
export interface SourceFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The root of the repository. */
export const root: string = join(import.meta.dirname, "../..");

/** The folders under packages/ that have a manifest. */
export function packageFolders(): string[] {
  return globSync("packages/*/package.json", { cwd: root })
    .map((path) => basename(dirname(path)))
    .toSorted();
}

/** The manifest of the package in a folder under packages/. */
export function manifest(folder: string): Manifest {
  return readJson(`packages/${folder}/package.json`) as Manifest;
}

/** The files that match a pattern. */
export function files(pattern: string): SourceFile[] {
  return globSync(pattern, { cwd: root, exclude: ["**/node_modules/**", "**/dist/**"] })
    .toSorted()
    .map((path) => ({ path, text: read(path) }));
}

/** Reads a JSON file that may have comments on lines of their own. */
export function readJson(path: string): unknown {
  return JSON.parse(read(path).replaceAll(/^\s*\/\/.*$/gm, ""));
}

/**
 * What a file imports, and re-exports, from where.
 *
 * The formatter puts each static import at the start of a line, where neither the text of a comment nor of a string stands.
 */
export function imports(text: string): string[] {
  const statements = /^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"/gm;
  const calls = /^(?!\s*(?:\*|\/\/)).*\bimport\(\s*"([^"]+)"/gm;
  return [statements, calls].flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? ""));
}

/** How many lines of a file are neither blank nor comment. */
export function codeLines(text: string): number {
  return text
    .replaceAll(/^\s*\/\*[\s\S]*?\*\/\s*?$/gm, "")
    .split("\n")
    .filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length;
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}
