/**
 * The files that `holdfast reproduce` writes.
 *
 * @module
 */
import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "./console.ts";

/** A file that was asked for by an option. */
export interface WantedFile {
  readonly option: string;
  readonly path: string;
  /** Whether one that is there may be written over; a test of an earlier failure may not. */
  readonly mayReplace: boolean;
}

/** Checks that a file can be written, so that nobody waits for one that cannot. */
export async function assertWritable({ option, path, mayReplace }: WantedFile): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) throw new Error("there is a folder of that name");
    if (found !== undefined && !mayReplace) throw new Error("there is a file of that name; give another, or remove it");
  } catch (error) {
    throw notWritten(option, path, error);
  }
}

/** Writes it. */
export async function writeWanted({ option, path, mayReplace }: WantedFile, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: mayReplace ? "w" : "wx" });
  } catch (error) {
    throw notWritten(option, path, error);
  }
}

function notWritten(option: string, path: string, cause: unknown): UsageError {
  return new UsageError(`${option} ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
