/**
 * What the tests of the doctor read off an examination.
 *
 * @module
 */
import type { McpExamination } from "../../src/index.ts";

/** The rows by name, each as its verdict. */
export function verdicts({ checks }: McpExamination): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
}

/** The rows that complain, each as `name verdict`. */
export function complaints({ checks }: McpExamination): readonly string[] {
  return checks.flatMap(({ name, verdict }) =>
    verdict === "fail" || verdict === "warn" ? [`${name} ${verdict}`] : [],
  );
}

/** What was found in a row. */
export function found({ checks }: McpExamination, row: string): string {
  return checks.find(({ name }) => name === row)?.found ?? "there is no such row";
}
