/**
 * Puts the report into a file: whole, or not at all.
 *
 * @module
 */
import { rename, rm, writeFile } from "node:fs/promises";
import { ReportNotWrittenError } from "../errors.ts";
import { reportPage, type ReportInput } from "./report-page.ts";

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
