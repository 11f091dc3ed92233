import { execFileSync } from "node:child_process";
import { findFixes, type PackageAnswer } from "@holdfast/fixes";
import { expect, test } from "vitest";
import { openRepository } from "../../benchmarks/fixes/repository.ts";

test("of 100,000 commits, five fixes are in the releases that git says, copies of them counted", async () => {
  const { dir, numbers } = await openRepository();
  const queries = [0, 211, 407, 640, 983].map((at) => `#${numbers[at]}`);

  const outcomes = await Array.fromAsync(findFixes({ repo: dir, queries, offline: true }));

  const answers = outcomes.flatMap((outcome) => ("answer" in outcome ? [outcome.answer] : []));
  expect(answers.map(({ query }) => query)).toEqual(queries);
  expect(answers.some(({ backports }) => backports.length > 0)).toBe(true);
  for (const { commit, packages, backports } of answers) {
    const copies = backports.filter(({ confidence }) => confidence !== "possible").map((copy) => copy.commit);
    const tags = [commit, ...copies].flatMap((hash) => containing(dir, String(hash)));
    expect(packages.length).toBeGreaterThan(0);
    for (const about of packages) expect(new Set(having(about))).toEqual(new Set(tags));
  }
});

function containing(dir: string, hash: string): string[] {
  return execFileSync("git", ["tag", "--contains", hash], { cwd: dir, encoding: "utf8" }).split("\n").filter(Boolean);
}

/** Every stable release that the answer says has the fix. */
function having({ intervals, releases }: PackageAnswer): string[] {
  return intervals.flatMap(({ line, from, to }) => {
    const tags = releases[line] ?? [];
    return tags.slice(tags.indexOf(from), tags.indexOf(to) + 1);
  });
}
