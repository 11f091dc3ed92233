/**
 * Edits of manifests: what is to be put where, the diff of it, and the writing.
 *
 * @module
 */
import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { lineCounter } from "../locks/lock.ts";
import { ManifestChangedError, ManifestUnreadableError } from "../project-errors.ts";

/** One change of one line of a manifest. */
export interface ManifestEdit {
  /** Path of the manifest. */
  readonly file: string;
  readonly line: number;
  readonly package: string;
  /** The part of the manifest: `dependencies`, `project.optional-dependencies.dev`. */
  readonly table: string;
  /** The version range as it is, and as it is to be. */
  readonly before: string;
  readonly after: string;
  /** Where `before` starts, in UTF-16 units of the file's text. */
  readonly offset: number;
}

/** A requirement that was left as it is, and why, with what to do where something is to be done. */
export interface ManifestRefusal {
  readonly file: string;
  readonly line: number;
  readonly package: string;
  readonly table: string;
  readonly range: string;
  readonly reason: string;
}

/** The text with the edits made. @throws ManifestChangedError when the text is not the one the edits are for. */
export function editText(text: string, edits: readonly ManifestEdit[]): string {
  let edited = text;
  for (const { file, line, before, after, offset } of edits.toSorted((a, b) => b.offset - a.offset)) {
    if (edited.slice(offset, offset + before.length) !== before) throw new ManifestChangedError(file, line, before);
    edited = edited.slice(0, offset) + after + edited.slice(offset + before.length);
  }
  return edited;
}

/**
 * Writes the edits: each file whole or not at all, over a new file beside it, and none before all of them are known to
 * fit. Where one cannot be written, those before it are put back.
 *
 * **Cancellation:** none.
 *
 * @throws ManifestChangedError when a file is no longer as it was; nothing is written then.
 */
export async function applyEdits(edits: readonly ManifestEdit[]): Promise<void> {
  const byFile = Map.groupBy(edits, ({ file }) => file);
  const files = await Promise.all(
    [...byFile].map(async ([file, own]) => {
      const before = await readManifest(file);
      return { path: await realpath(file), before, after: editText(before, own) };
    }),
  );
  const written: typeof files = [];
  try {
    for (const file of files) {
      await replaceFile(file.path, file.after);
      written.push(file);
    }
  } catch (error) {
    for (const { path, before } of written) await replaceFile(path, before);
    throw error;
  }
}

/** A manifest's text with its byte order mark, if it has one. @throws ManifestUnreadableError when it is no UTF-8 */
export async function readManifest(path: string): Promise<string> {
  const bytes = await readFile(path);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new ManifestUnreadableError(path, "it is no UTF-8 text", { cause: error });
  }
}

/** The edits of one file as a unified diff with three lines of context. */
export function diffOf(file: string, text: string, edits: readonly ManifestEdit[]): string {
  const old = text.split("\n");
  const edited = editText(text, edits).split("\n");
  const lineOf = lineCounter(text);
  const changed = [...new Set(edits.map(({ offset }) => lineOf(offset) - 1))].toSorted((a, b) => a - b);
  const total = text.endsWith("\n") ? old.length - 1 : old.length;
  const hunks: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    const to = Math.min(total, index + 4);
    if (last !== undefined && index - 3 <= last.to) last.to = to;
    else hunks.push({ from: Math.max(0, index - 3), to });
  }
  const rows = hunks.flatMap(({ from, to }) => [
    `@@ -${from + 1},${to - from} +${from + 1},${to - from} @@`,
    ...hunkRows(old.slice(from, to), edited.slice(from, to), to === total && !text.endsWith("\n")),
  ]);
  return [`--- a/${file}`, `+++ b/${file}`, ...rows, ""].join("\n");
}

function hunkRows(old: readonly string[], edited: readonly string[], isUnended: boolean): string[] {
  return old.flatMap((row, index) => {
    const mark = isUnended && index === old.length - 1 ? ["\\ No newline at end of file"] : [];
    const other = edited[index] ?? row;
    return other === row ? [` ${row}`, ...mark] : [`-${row}`, ...mark, `+${other}`, ...mark];
  });
}

/**
 * Writes a file whole or not at all: over a new file beside it, with the mode of the old one.
 *
 * **Cancellation:** none.
 */
export async function replaceFile(path: string, text: string | Uint8Array): Promise<void> {
  const { mode } = await stat(path);
  const fresh = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(fresh, text, { mode, flag: "wx" });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
