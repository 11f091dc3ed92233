/**
 * How young a release may be, by the settings of a project: a floor that the package manager would not install is no
 * floor yet.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Ecosystem, tableOf, textOf } from "../locks/lock.ts";
import { normalName } from "../package-name.ts";
import { ManifestUnreadableError } from "../project-errors.ts";

/** One setting: what was released after `cutoff` is not to be had. */
export interface AgeRule {
  readonly ecosystem: Ecosystem | "any";
  /** Where it stands, in words. */
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly cutoff: number;
  /** The age in milliseconds that it asks for; null where it names a date, which does not move. */
  readonly age: number | null;
  /** Names, with `*` for any text, that it does not hold for. */
  readonly exempt: readonly string[];
}

/** A release that a rule may keep out. */
export interface Candidate {
  readonly rules: readonly AgeRule[];
  readonly ecosystem: Ecosystem;
  readonly package: string;
  readonly tag: string;
  /** When it was made, ISO 8601; null where that is not known. */
  readonly date: string | null;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * Reads what the project says about young releases: npm's `min-release-age` and `before`, pnpm's `minimumReleaseAge`,
 * bun's, yarn's `npmMinimalAgeGate`, uv's `exclude-newer`, poetry's `solver.min-release-age`.
 *
 * **Cancellation:** none; it reads a handful of files.
 *
 * @throws ManifestUnreadableError for a value that none of them takes: to go on would be to ignore it.
 */
export async function ageRules(options: {
  readonly root: string;
  readonly now: number;
  readonly minReleaseAge?: number | undefined;
}): Promise<AgeRule[]> {
  const { root, now, minReleaseAge } = options;
  const rules: AgeRule[] = [];
  const add = (ecosystem: Ecosystem | "any", source: string, age: number, exempt: readonly string[] = []): void => {
    if (age > 0) rules.push({ ecosystem, source, cutoff: now - age, age, exempt });
  };
  if (minReleaseAge !== undefined) add("any", "the least age that was asked for", minReleaseAge);
  await addNpm(root, rules, add);
  await addPnpm(join(root, "pnpm-workspace.yaml"), add);
  await addYarn(join(root, ".yarnrc.yml"), add);
  await addBun(join(root, "bunfig.toml"), add);
  await addUv(root, now, rules);
  await addPoetry(join(root, "poetry.toml"), add);
  return rules;
}

/** Why a release may not be taken yet, with the date from which it may; null where nothing keeps it out. */
export function obstacleOfAge({ rules, ecosystem, package: wanted, tag, date }: Candidate): string | null {
  const held = rules
    .filter((rule) => rule.ecosystem === "any" || rule.ecosystem === ecosystem)
    .filter(
      ({ exempt }) => !exempt.some((name) => isMatch(normalName(ecosystem, name), normalName(ecosystem, wanted))),
    );
  if (date === null) return null;
  const released = Date.parse(date);
  // The rule that lets go last is the one that decides; a fixed date never does.
  const until = ({ age }: AgeRule): number => (age === null ? Infinity : released + age);
  const [rule] = held.filter(({ cutoff }) => released > cutoff).toSorted((a, b) => until(b) - until(a));
  if (rule === undefined) return null;
  const why = `${tag} was released on ${isoDay(released)}, and ${rule.source}`;
  return rule.age === null
    ? `${why} leaves out what is newer than ${isoDay(rule.cutoff)}; move that date first`
    : `${why} lets it in from ${new Date(until(rule)).toISOString().replace(".000Z", "Z")} on; raise it then`;
}

type Add = (ecosystem: Ecosystem | "any", source: string, age: number, exempt?: readonly string[]) => void;

/**
 * The environment decides before the project's file, and that before the user's. The first that has one of npm's two
 * settings decides for both, and in it the date goes before the age.
 */
async function addNpm(root: string, rules: AgeRule[], add: Add): Promise<void> {
  const project = join(root, ".npmrc");
  const user =
    process.env["NPM_CONFIG_USERCONFIG"] ?? process.env["npm_config_userconfig"] ?? join(homedir(), ".npmrc");
  const places: readonly Place[] = [
    { source: "the environment", settings: environment(/^npm_config_(.+)$/i) },
    { source: project, settings: iniOf(await textAt(project)) },
    { source: user, settings: iniOf(await textAt(user)) },
  ];
  const pnpm = settingOf(places, "minimum-release-age");
  if (pnpm !== null)
    add("npm", `minimum-release-age of ${pnpm.source}`, numberOf(pnpm, "minimum-release-age") * minute);
  const place = places.filter(({ settings }) => settings.has("before") || settings.has("min-release-age")).slice(0, 1);
  const exempt = places.find(({ settings }) => settings.has("min-release-age-exclude"));
  const names = exempt?.settings.get("min-release-age-exclude") ?? [];
  const before = settingOf(place, "before");
  if (before === null) {
    const least = settingOf(place, "min-release-age");
    if (least !== null)
      add("npm", `min-release-age of ${least.source}`, numberOf(least, "min-release-age") * day, names);
    return;
  }
  const cutoff = Date.parse(before.value);
  if (Number.isNaN(cutoff)) throw new ManifestUnreadableError(before.source, `before=${before.value} is no date`);
  rules.push({ ecosystem: "npm", source: `before of ${before.source}`, cutoff, age: null, exempt: names });
}

/** Settings by name; one that is a list has several values. */
interface Place {
  readonly source: string;
  readonly settings: ReadonlyMap<string, readonly string[]>;
}

function settingOf(places: readonly Place[], key: string): { source: string; value: string } | null {
  const place = places.find(({ settings }) => settings.has(key));
  const value = place?.settings.get(key)?.at(-1) ?? "";
  return place === undefined || value === "" || value === "null" ? null : { source: place.source, value };
}

function numberOf({ source, value }: { source: string; value: string }, key: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) {
    throw new ManifestUnreadableError(source, `${key} is ${JSON.stringify(value)}, which is no number from 0 up`);
  }
  return number;
}

async function addPnpm(path: string, add: Add): Promise<void> {
  const file = await yamlAt(path);
  const age = file["minimumReleaseAge"];
  if (age === undefined || age === null) return;
  const value = numberOf({ source: path, value: scalarText(age) }, "minimumReleaseAge");
  // An entry may name versions: `a@1.0.0 || 1.0.1`. Those are for others to read; it does not free the package.
  const exempt = textsOf(file["minimumReleaseAgeExclude"]).filter((text) => !text.includes("@", 1));
  add("npm", `minimumReleaseAge of ${path}`, value * minute, exempt);
}

async function addYarn(path: string, add: Add): Promise<void> {
  const file = await yamlAt(path);
  if (file["npmMinimalAgeGate"] === undefined) return;
  const gate = scalarText(file["npmMinimalAgeGate"]);
  const age = durationOf(/^\d+(?:\.\d+)?$/.test(gate) ? `${gate}m` : gate);
  if (age === null) throw new ManifestUnreadableError(path, `npmMinimalAgeGate is ${gate}, which is no duration`);
  const exempt = textsOf(file["npmPreapprovedPackages"]).filter((text) => !text.includes("@", 1));
  add("npm", `npmMinimalAgeGate of ${path}`, age, exempt);
}

async function addBun(path: string, add: Add): Promise<void> {
  const install = tableOf((await tomlAt(path))["install"]);
  const age = install["minimumReleaseAge"];
  if (age === undefined) return;
  const value = numberOf({ source: path, value: scalarText(age) }, "minimumReleaseAge");
  add("npm", `minimumReleaseAge of ${path}`, value * 1_000, textsOf(install["minimumReleaseAgeExcludes"]));
}

/** uv.toml stands in for the table of pyproject.toml where both are there. */
async function addUv(root: string, now: number, rules: AgeRule[]): Promise<void> {
  const own = join(root, "uv.toml");
  const isOwn = (await textAt(own)) !== null;
  const path = isOwn ? own : join(root, "pyproject.toml");
  const file = await tomlAt(path);
  const settings = isOwn ? file : tableOf(tableOf(file["tool"])["uv"]);
  const value = settings["exclude-newer"];
  if (value === undefined) return;
  const text = value instanceof Date ? value.toISOString() : scalarText(value);
  const age = durationOf(text);
  const cutoff = age === null ? Date.parse(text) : now - age;
  if (Number.isNaN(cutoff)) throw new ManifestUnreadableError(path, `exclude-newer is ${text}, which is no date`);
  // A day alone ends with its last moment.
  const end = /^\d{4}-\d{2}-\d{2}$/.test(text) ? cutoff + day : cutoff;
  const exempt = Object.keys(tableOf(settings["exclude-newer-package"]));
  rules.push({ ecosystem: "pypi", source: `exclude-newer of ${path}`, cutoff: end, age, exempt });
}

async function addPoetry(path: string, add: Add): Promise<void> {
  const solver = tableOf((await tomlAt(path))["solver"]);
  const stated = settingOf(
    [{ source: "the environment", settings: environment(/^POETRY_SOLVER_(.+)$/) }],
    "min-release-age",
  );
  const own = solver["min-release-age"];
  const age = stated ?? (own === undefined ? null : { source: path, value: scalarText(own) });
  if (age === null) return;
  const exclude = solver["min-release-age-exclude"];
  const exempt =
    textOf(exclude)
      ?.split(",")
      .map((name) => name.trim()) ?? textsOf(exclude);
  add("pypi", `solver.min-release-age of ${age.source}`, numberOf(age, "solver.min-release-age") * day, exempt);
}

/** `3d`, `7 days`, `P7D`, `PT12H` in milliseconds; null where it is none. */
function durationOf(text: string): number | null {
  const units: Readonly<Record<string, number>> = { s: 1_000, m: minute, h: 60 * minute, d: day, w: 7 * day };
  const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(text.trim());
  if (iso !== null && text.trim().length > 2) {
    const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = iso;
    const all = [Number(weeks) * 7 + Number(days), Number(hours), Number(minutes), Number(seconds)] as const;
    return all[0] * day + all[1] * 60 * minute + all[2] * minute + all[3] * 1_000;
  }
  const plain = /^(\d+(?:\.\d+)?)\s*(s|m|h|d|w|sec(?:ond)?s?|min(?:ute)?s?|hours?|days?|weeks?)(?:\s+ago)?$/i.exec(
    text.trim(),
  );
  return plain === null ? null : Number(plain[1]) * (units[plain[2]?.[0]?.toLowerCase() ?? ""] ?? 0);
}

function environment(pattern: RegExp): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const [key, value] of Object.entries(process.env)) {
    const name = pattern.exec(key)?.[1]?.toLowerCase().replaceAll("_", "-");
    if (name !== undefined && value !== undefined) settings.set(name, [value]);
  }
  return settings;
}

function iniOf(text: string | null): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const row of (text ?? "").split("\n")) {
    const [, key, list, value = ""] = /^\s*([\w-]+)(\[\])?\s*=\s*(.*?)\s*$/.exec(row) ?? [];
    if (key === undefined) continue;
    const plain = value.replace(/^(["'])(.*)\1$/, "$2");
    settings.set(key, list === undefined ? [plain] : [...(settings.get(key) ?? []), plain]);
  }
  return settings;
}

async function yamlAt(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await textAt(path);
  if (text === null) return {};
  const { JSON_SCHEMA, load } = await import("js-yaml");
  return await readAs(path, "YAML", () => load(text, { schema: JSON_SCHEMA }));
}

async function tomlAt(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await textAt(path);
  if (text === null) return {};
  const { parse } = await import("smol-toml");
  return await readAs(path, "TOML", () => parse(text));
}

async function readAs(path: string, format: string, parse: () => unknown): Promise<Readonly<Record<string, unknown>>> {
  try {
    return tableOf(await parse());
  } catch (error) {
    const [found = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new ManifestUnreadableError(path, `it is no ${format} (${found})`, { cause: error });
  }
}

/** Null where there is no such file. */
async function textAt(path: string): Promise<string | null> {
  try {
    return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR")) return null;
    throw error;
  }
}

function scalarText(value: unknown): string {
  return textOf(value) ?? JSON.stringify(value);
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf).filter((text) => text !== null) : [];
}

function isMatch(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
