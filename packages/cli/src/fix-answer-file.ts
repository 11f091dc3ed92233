/**
 * The answer that `holdfast fix find --json` printed, read back from a file.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { FixAnswer } from "@holdfast/fixes";
import { UsageError } from "./console.ts";

type Shape = (value: unknown) => boolean;

const isText: Shape = (value) => typeof value === "string";
const isTextOrNull: Shape = (value) => value === null || typeof value === "string";
const isFlag: Shape = (value) => typeof value === "boolean";
const isTexts = listOf(isText);

const first = objectOf({ stable: isTextOrNull, any: isTextOrNull, date: isDateOrNull, describe: isTextOrNull });
const interval = objectOf({ line: isText, from: isText, to: isText, open: isFlag });
const packageAnswer = objectOf({
  name: isTextOrNull,
  pinnedBy: isTexts,
  tagPrefix: isTextOrNull,
  first,
  intervals: listOf(interval),
  safeFloor: isRecordOf(isTextOrNull),
  floorDates: isAbsentOr(isRecordOf(isDateOrNull)),
  releases: isAbsentOr(isRecordOf(isTexts)),
});

/** What a file of an earlier version does not have; nothing is said then that would need it. */
const added = { floorDates: {}, releases: {} };

const fields: Readonly<Record<string, Shape>> = {
  query: isText,
  commit: isTextOrNull,
  confidence: (value) => ["certain", "likely", "possible"].includes(String(value)),
  packages: listOf(packageAnswer),
  containedButReverted: isTexts,
};

/**
 * Reads the line that `holdfast fix find --json` printed.
 *
 * **Cancellation:** none; it reads one file.
 *
 * @throws UsageError when there is no such file, or it holds no answer.
 */
export async function readAnswerFile(path: string): Promise<FixAnswer> {
  const text = await readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw notAnAnswer(path, "it is no JSON", { cause: error });
  }
  if (!objectOf({})(value)) throw notAnAnswer(path, "it is no JSON object");
  const record = value as Readonly<Record<string, unknown>>;
  const wrong = Object.keys(fields).find((field) => fields[field]?.(record[field]) !== true);
  if (wrong !== undefined) throw notAnAnswer(path, `its field "${wrong}" is missing or of another shape`);
  const answer = value as FixAnswer;
  return { ...answer, packages: answer.packages.map((one) => ({ ...added, ...one })) };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--answer ${path}: it cannot be read (${found}); name a file that is there`, { cause: error });
  }
}

function notAnAnswer(path: string, found: string, options?: ErrorOptions): UsageError {
  return new UsageError(
    `--answer ${path}: ${found}; give it the line that holdfast fix find <repo> <query> --json prints`,
    options,
  );
}

function isDateOrNull(value: unknown): boolean {
  return value === null || (typeof value === "string" && !Number.isNaN(Date.parse(value)));
}

function isAbsentOr(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

function listOf(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

function isRecordOf(shape: Shape): Shape {
  return (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(shape);
}

function objectOf(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const record = value as Readonly<Record<string, unknown>>;
    return Object.entries(shapes).every(([key, shape]) => shape(record[key]));
  };
}
