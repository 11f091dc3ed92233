import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { raiseFloor } from "../src/raise/raise-floor.ts";
import { npmFix, pythonFix } from "./answers.ts";
import { projectOf } from "./project-files.ts";

// The floor of 6.x was released at midnight of May 3, that of the Python package about an hour into May 8.
const now = Date.parse("2026-05-10T00:00:00Z");
const npmManifest = { "package.json": '{ "dependencies": { "socketry": "^6.1.0" } }' };
const pythonManifest = { "pyproject.toml": '[project]\ndependencies = ["agents>=1.20"]\n' };

beforeEach(() => {
  vi.stubEnv("NPM_CONFIG_USERCONFIG", "/no/such/file");
});

afterEach(() => {
  vi.unstubAllEnvs();
});

async function refusal(files: Readonly<Record<string, string>>, minReleaseAge?: number): Promise<string> {
  await using project = await projectOf(files);
  const answer = "package.json" in files ? npmFix() : pythonFix();
  const { edits, refusals } = await raiseFloor({ dir: project.dir, answer, now, minReleaseAge });
  expect(edits.length + refusals.length).toBe(1);
  return (refusals[0]?.reason ?? "raised").replaceAll(`${project.dir}/`, "");
}

test.each([
  [".npmrc", "min-release-age=8\n", "min-release-age of .npmrc lets it in from 2026-05-11T00:00:00Z on"],
  [".npmrc", "; before=2026-01-01\nbefore = 2026-05-02\n", "before of .npmrc leaves out what is newer than 2026-05-02"],
  [".npmrc", "minimum-release-age=11520\n", "lets it in from 2026-05-11T00:00:00Z"],
  ["pnpm-workspace.yaml", "minimumReleaseAge: 11520\n", "of pnpm-workspace.yaml lets it in from 2026-05-11T00:00:00Z"],
  [".yarnrc.yml", "npmMinimalAgeGate: 11520\n", "lets it in from 2026-05-11T00:00:00Z"],
  [".yarnrc.yml", "npmMinimalAgeGate: 8d\n", "lets it in from 2026-05-11T00:00:00Z"],
  ["bunfig.toml", "[install]\nminimumReleaseAge = 691200\n", "lets it in from 2026-05-11T00:00:00Z"],
])("%s with %j keeps a younger floor out, and says until when", async (name, text, reason) => {
  expect(await refusal({ ...npmManifest, [name]: text })).toContain(`v6.2.5 was released on 2026-05-03, and `);
  expect(await refusal({ ...npmManifest, [name]: text })).toContain(reason);
});

test.each([
  ["uv.toml", 'exclude-newer = "2026-05-07"\n', "leaves out what is newer than 2026-05-08"],
  ["uv.toml", 'exclude-newer = "2026-05-08T00:00:00Z"\n', "move that date first"],
  ["uv.toml", 'exclude-newer = "7 days"\n', "lets it in from 2026-05-15T00:57:44Z"],
  ["uv.toml", 'exclude-newer = "P1W"\n', "lets it in from 2026-05-15T00:57:44Z"],
  [
    "poetry.toml",
    "[solver]\nmin-release-age = 7\n",
    "solver.min-release-age of poetry.toml lets it in from 2026-05-15T00:57:44Z",
  ],
  ["uv.toml", 'exclude-newer = "PT72H"\n', "lets it in from 2026-05-11T00:57:44Z"],
])("%s with %j keeps a younger floor of a Python package out", async (name, text, reason) => {
  expect(await refusal({ ...pythonManifest, [name]: text })).toContain(reason);
});

test("uv's table in pyproject.toml counts where there is no uv.toml", async () => {
  const text = `${pythonManifest["pyproject.toml"]}[tool.uv]\nexclude-newer = "2026-05-01"\n`;

  expect(await refusal({ "pyproject.toml": text })).toContain("exclude-newer of pyproject.toml leaves out");
  expect(await refusal({ "pyproject.toml": text, "uv.toml": "" })).toBe("raised");
});

test.each([
  ["is old enough", npmManifest, { ".npmrc": "min-release-age=7\n" }],
  ["has no such setting", npmManifest, { ".npmrc": "min-release-age=0\nbefore=null\n" }],
  [
    "is exempt by name",
    npmManifest,
    { "pnpm-workspace.yaml": "minimumReleaseAge: 99999\nminimumReleaseAgeExclude:\n  - sock*\n" },
  ],
  [
    "is left out by npm's list",
    npmManifest,
    { ".npmrc": "min-release-age=99\nmin-release-age-exclude[]=sock*\nmin-release-age-exclude[]=a\n" },
  ],
  [
    "is left out by poetry's list",
    pythonManifest,
    { "poetry.toml": '[solver]\nmin-release-age = 99\nmin-release-age-exclude = "a, Agents"\n' },
  ],
  [
    "is older than npm's date, which goes before its age",
    npmManifest,
    { ".npmrc": "min-release-age=99\nbefore=2026-05-04\n" },
  ],
  ["is preapproved", npmManifest, { ".yarnrc.yml": "npmMinimalAgeGate: 9w\nnpmPreapprovedPackages: [socketry]\n" }],
  [
    "has a cutoff of its own",
    pythonManifest,
    { "uv.toml": 'exclude-newer = "P9W"\nexclude-newer-package = { agents = "2026-09-01" }\n' },
  ],
  ["is of another ecosystem", pythonManifest, { ".npmrc": "min-release-age=99\n" }],
  ["came on the last day", pythonManifest, { "uv.toml": 'exclude-newer = "2026-05-08"\n' }],
])("a floor that %s is raised to", async (_, manifest, settings) => {
  expect(await refusal({ ...manifest, ...settings })).toBe("raised");
});

test("the strictest of several settings decides, the age that is asked for among them", async () => {
  const day = 86_400_000;

  expect(await refusal({ ...npmManifest, ".npmrc": "min-release-age=8\n" }, 30 * day)).toContain(
    "the least age that was asked for lets it in from 2026-06-02T00:00:00Z",
  );
  expect(await refusal(npmManifest, 7 * day)).toBe("raised");
});

test("the environment goes before the project, and the project before the user", async () => {
  vi.stubEnv("npm_config_min_release_age", "0");
  vi.stubEnv("POETRY_SOLVER_MIN_RELEASE_AGE", "99");

  expect(await refusal(pythonManifest)).toContain("solver.min-release-age of the environment");
  expect(await refusal({ ...npmManifest, ".npmrc": "before=2026-05-01\n" })).toBe("raised");
  expect(await refusal({ ...npmManifest, ".npmrc": "min-release-age=99\n" })).toBe("raised");
});

test.each([
  [".npmrc", "min-release-age=soon\n", "is no number"],
  [".npmrc", "before=soon\n", "is no date"],
  [".yarnrc.yml", "npmMinimalAgeGate: soon\n", "is no duration"],
  ["pnpm-workspace.yaml", "minimumReleaseAge: [1]\n", "is no number"],
  ["bunfig.toml", "[install\n", "is no TOML"],
  ["uv.toml", 'exclude-newer = "soon"\n', "is no date"],
])("%s with %j is refused, not taken for no setting", async (name, text, found) => {
  await expect(refusal({ ...npmManifest, [name]: text })).rejects.toMatchObject({ code: "FIXES_MANIFEST_UNREADABLE" });
  await expect(refusal({ ...npmManifest, [name]: text })).rejects.toThrow(found);
});

test("a floor whose date is not known is left to the package manager", async () => {
  await using project = await projectOf({ ...npmManifest, ".npmrc": "min-release-age=99\n" });

  const { edits } = await raiseFloor({ dir: project.dir, answer: npmFix({ floorDates: {} }), now });

  expect(edits).toHaveLength(1);
});
