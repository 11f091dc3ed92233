import { expect, test } from "vitest";
import { type Step, TestRepository } from "../repository.ts";
import { ask, base, fix, inShort } from "./case.ts";

const onLine: Partial<Step> = { on: "1.x", from: "base", tags: ["v1.0.1"] };
const revertOf = (title: string): string => `Revert "${title}"`;
const title = "Close what was opened (#7)";

test("counts a revert of a revert as the fix again", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v1.1.0"] },
    { id: "back", subject: `${revertOf(title)} (#8)`, tags: ["v1.2.0"] },
    { id: "again", subject: `${revertOf(`${revertOf(title)} (#8)`)} (#9)`, tags: ["v1.3.0"] },
  ]);

  const answer = await ask(repo);

  expect(inShort(answer).runs).toEqual(["v1.1.0..v1.1.0", "v1.3.0..v1.3.0.."]);
  expect(answer.reverts).toMatchObject([
    { commit: repo.hash("back"), reverts: repo.hash("fix"), reapplies: false },
    { commit: repo.hash("again"), reverts: repo.hash("back"), reapplies: true },
  ]);
});

test("counts a fix that was applied again on two lines on both", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v1.1.0"] },
    { id: "back", subject: revertOf(title), tags: ["v1.2.0"] },
    { id: "again", subject: `Reapply "${title}"`, tags: ["v2.0.0"] },
    { id: "too", on: "1.x", from: "back", subject: `Reapply "${title}"`, tags: ["v1.2.1"] },
  ]);

  expect(inShort(await ask(repo)).runs).toEqual(["v1.1.0..v1.1.0", "v1.2.1..v1.2.1..", "v2.0.0..v2.0.0.."]);
});

test("applies a revert that was brought to a release branch to the copy of the fix there", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v2.0.0"] },
    { ...fix, ...onLine, id: "pick", body: "(cherry picked from commit <fix>)" },
    { id: "back", on: "1.x", subject: revertOf(title), body: "This reverts commit <fix>.", tags: ["v1.0.2"] },
  ]);

  const answer = await ask(repo);

  expect(answer.containedButReverted).toEqual(["v1.0.2"]);
  expect(inShort(answer).runs).toEqual(["v1.0.1..v1.0.1", "v2.0.0..v2.0.0.."]);
});

test.for([
  [
    "says so inside the message of a squash",
    "Rework the pool (#9)",
    "* Try it\n\n* This reverts commit <fix>.\n\n* Better",
  ],
  ["takes out a part", `Partially revert "${title}"`, ""],
  ["says that it takes out a part", "Revert the pool", "This partially reverts commit <fix>."],
] as const)("does not count releases after a commit that %s, and is not sure", async ([, subject, body]) => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v1.1.0"] },
    { id: "back", subject, body, tags: ["v1.2.0"] },
  ]);

  const answer = await ask(repo);

  expect(answer.confidence).toBe("possible");
  expect(inShort(answer).runs).toEqual(["v1.1.0..v1.1.0"]);
  expect(answer.reverts).toMatchObject([{ commit: repo.hash("back"), reapplies: false }]);
});

test("calls a release ambiguous that merged a line with the fix and one that reverted its copy", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v2.0.0"] },
    { ...fix, ...onLine, id: "pick", body: "(cherry picked from commit <fix>)" },
    { id: "back", on: "1.x", subject: "Revert it", body: "This reverts commit <pick>." },
    { id: "merge", on: "main", merges: ["back"], files: {}, tags: ["v2.1.0"] },
  ]);

  expect(await ask(repo)).toMatchObject({ confidence: "possible", packages: [{ safeFloor: { "2": null } }] });
});
