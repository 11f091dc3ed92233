/**
 * Puts the report into a file: whole, or not at all.
 *
 * @module
 */
import { access, constants, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ReportNotWrittenError } from "../errors.ts";
import { reportPage, type ReportInput } from "./report-page.ts";

/**
 * Checks that a report can be put at `path`, so that nobody waits for one that cannot.
 *
 * @throws {@link ReportNotWrittenError}
 */
export async function assertWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) throw new Error("there is a folder of that name");
  } catch (error) {
    throw new ReportNotWrittenError(path, { cause: error });
  }
}

/**
 * Writes the page to `path`, by way of a file beside it.
 *
 * @throws {@link ReportNotWrittenError} when the file cannot be written.
 */
export async function writeReport(path: string, input: ReportInput): Promise<void> {
  const page = await reportPage(input);
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, page);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new ReportNotWrittenError(path, { cause: error });
  }
}
