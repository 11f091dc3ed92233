import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assertWritable, writeReport } from "../src/report/write-report.ts";
import { reportInput } from "./findings.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-report-"));
});

afterAll(() => rm(folder, { recursive: true }));

test("puts the whole page into the file, over an older one, with nothing left beside it", async () => {
  const within = await mkdtemp(join(folder, "whole-"));
  const path = join(within, "report.html");
  await writeFile(path, "old");

  await assertWritable(path);
  await writeReport(path, reportInput());

  expect(await readFile(path, "utf8")).toMatch(/^<!doctype html>[^]*<\/html>\s*$/);
  expect(await readdir(within)).toEqual(["report.html"]);
});

test("a page that cannot be put in its place leaves nothing behind", async () => {
  const within = await mkdtemp(join(folder, "taken-"));
  const path = join(within, "report.html");
  await mkdir(path);

  const writing = writeReport(path, reportInput());

  await expect(writing).rejects.toMatchObject({ code: "DEMO_REPORT_NOT_WRITTEN", path });
  expect(await readdir(within)).toEqual(["report.html"]);
});

test.each([
  ["in a folder that is not there", "nowhere/report.html", /^writing the report to .+: ENOENT/],
  ["that is a folder itself", "", /^writing the report to .+: there is a folder of that name$/],
])("says beforehand that it cannot write to a path %s", async (_, name, message) => {
  const path = join(folder, name);

  const checking = assertWritable(path);

  await expect(checking).rejects.toMatchObject({ code: "DEMO_REPORT_NOT_WRITTEN", path });
  await expect(checking).rejects.toThrow(message);
});
