/**
 * What the cases share: a first release, a fix of pull request 7, and the short answer.
 *
 * @module
 */
import type { FixAnswer } from "../../src/answer.ts";
import { findFix } from "../../src/find.ts";
import type { Step, TestRepository } from "../repository.ts";

/** A package called kit, released as v1.0.0. */
export const base: Step = {
  id: "base",
  files: { "a.txt": "old\n", "package.json": '{"name": "kit"}\n' },
  tags: ["v1.0.0"],
};

/** The fix that is asked about. */
export const fix: Step = { id: "fix", subject: "Close what was opened (#7)", files: { "a.txt": "new\n" } };

/** Asks about the fix, or about something else. */
export async function ask(repo: TestRepository, query = "#7"): Promise<FixAnswer> {
  return await findFix({ repo: repo.dir, query, offline: true });
}

/** The first stable release, and the runs of releases that have the fix, open ones with dots. */
export function inShort({ packages: [about] }: FixAnswer): { first: string | null; runs: string[] } {
  const runs = (about?.intervals ?? []).map(({ from, to, open }) => `${from}..${open ? `${to}..` : to}`);
  return { first: about?.first.stable ?? null, runs };
}
