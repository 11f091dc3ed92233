import { RuleTester as EslintTester } from "eslint";
import { RuleTester as OxlintTester } from "oxlint/plugins-dev";
import { describe, test } from "vitest";
import type { Rule } from "../src/rule.ts";

/** Code that a rule must report, with what it says of it. */
export interface Invalid {
  readonly code: string;
  readonly errors: {
    messageId: string;
    line?: number;
    data?: Record<string, string>;
    suggestions?: { messageId: string; output: string }[];
  }[];
}

/** Code that a rule is shown. */
export interface Cases {
  readonly valid: string[];
  readonly invalid: Invalid[];
}

for (const tester of [EslintTester, OxlintTester]) {
  tester.describe = describe;
  tester.it = test;
  tester.itOnly = test.only;
}

/** Shows a rule JavaScript through ESLint and through oxlint, and TypeScript, which ESLint alone cannot read, through oxlint. */
export function testRule(
  name: string,
  rule: Rule,
  { javascript, typescript }: Record<"javascript" | "typescript", Cases>,
): void {
  // What oxlint's types say of a visitor is said in terms of its own nodes.
  const forOxlint = rule as unknown as Parameters<OxlintTester["run"]>[1];
  const parserOptions = { lang: "ts" } as const;
  describe("in ESLint", () => {
    new EslintTester().run(name, rule, javascript);
  });
  describe("in oxlint", () => {
    new OxlintTester({ eslintCompat: true }).run(name, forOxlint, javascript);
  });
  describe("in oxlint, of TypeScript", () => {
    new OxlintTester({ eslintCompat: true, languageOptions: { parserOptions } }).run(name, forOxlint, typescript);
  });
}

const names =
  "CancelledError, CancelScope, Event, Lock, Owner, TaskHandle, cancellable, checkpoint, failAfter, isCancelled, iterate, " +
  "moveOnAfter, openDeadline, openMemoryChannel, openShield, rethrowCancelled, run, shielded, sleep, taskGroup, withSignal";

/** A module that imports what it uses, on the line of its first code. */
export function using([code = ""]: TemplateStringsArray): string {
  return `import { ${names} } from "@holdfast/concurrency"; ${code.trim()}`;
}

/** The same in the function of a task. */
export function inTask([code = ""]: TemplateStringsArray): string {
  return `import { ${names} } from "@holdfast/concurrency"; export async function work(group, lock, step) { ${code.trim()} }`;
}

/** A case that is reported once. */
export function reported(code: string, messageId: string, line = 1): Invalid {
  return { code, errors: [{ messageId, line }] };
}
