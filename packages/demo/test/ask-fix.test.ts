import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { askFix } from "../src/fix/ask-fix.ts";
import { fixCommit } from "../src/fix/bundled-history.ts";

const never = new AbortController().signal;
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ask-fix-"));
  vi.stubEnv("TMPDIR", dir);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

test("finds the fix through its backport, and the revert and re-application of the next line", async () => {
  const found = await askFix(never);

  expect(found?.answer).toMatchObject({
    commit: fixCommit,
    confidence: "certain",
    backports: [{ first: "triage-kit@1.92.0", confidence: "certain" }],
    reverts: [
      { reverts: fixCommit, reapplies: false, first: "triage-kit@2.1.0" },
      { reapplies: true, first: "triage-kit@2.2.0" },
    ],
    containedButReverted: ["triage-kit@2.1.0"],
  });
  expect(found?.package).toMatchObject({
    name: "triage-kit",
    first: { stable: "triage-kit@1.92.0" },
    safeFloor: { 1: "triage-kit@1.92.0", 2: "triage-kit@2.2.0" },
  });
});

test("raises the project's requirement to the safe floor, and below the next major", async () => {
  const found = await askFix(never);

  expect(found?.raise).toEqual({ package: "triage-kit", before: ">=1.20.0", after: ">=1.92.0 <2" });
  expect(found?.diff).toContain('+    "triage-kit": ">=1.92.0 <2"\n');
});

test("makes the same hashes whatever the user's git settings say", async () => {
  vi.stubEnv("GIT_DEFAULT_HASH", "sha256");
  vi.stubEnv("GIT_DIR", "/nowhere");

  const found = await askFix(never);

  expect(found?.answer.commit).toBe(fixCommit);
});

test("leaves nothing behind, also when it is aborted", async () => {
  const ending = new AbortController();

  await askFix(never);
  const asked = askFix(ending.signal);
  ending.abort(new Error("enough"));

  await expect(asked).rejects.toThrow("enough");
  expect(readdirSync(dir)).toEqual([]);
});

test("is null on a machine without git, and leaves nothing behind", async () => {
  vi.stubEnv("PATH", dir);

  const found = await askFix(never);

  expect(found).toBeNull();
  expect(readdirSync(dir)).toEqual([]);
});
