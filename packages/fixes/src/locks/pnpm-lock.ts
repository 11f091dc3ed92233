/**
 * pnpm-lock.yaml, versions 6 and 9.
 *
 * @module
 */
import { JSON_SCHEMA, load } from "js-yaml";
import { LockUnreadableError } from "../project-errors.ts";
import { type Lock, released, type ResolvedCopy, tableOf, textOf, unreleased } from "./lock.ts";

const dependencyFields = ["dependencies", "devDependencies", "optionalDependencies"];

/** Reads every copy; one with several sets of peers counts once a set. @throws LockUnreadableError */
export function readPnpmLock(path: string, text: string): Lock {
  const root = tableOf(load(withoutDetails(text), { schema: JSON_SCHEMA }));
  const version = String(root["lockfileVersion"]);
  const major = Number.parseInt(version, 10);
  if (major !== 6 && major !== 9) {
    throw new LockUnreadableError(
      path,
      `lockfileVersion ${version} is neither 6 nor 9`,
      "write it with pnpm 8 or later",
    );
  }
  const lines = sectionLines(text);
  const packages = tableOf(root["packages"]);
  const snapshots = tableOf(root["snapshots"]);
  const section = major === 9 && Object.keys(snapshots).length > 0 ? "snapshots" : "packages";
  const users = usersOf(root, major);
  const copies: ResolvedCopy[] = [];
  for (const key of Object.keys(section === "snapshots" ? snapshots : packages)) {
    const line = lines.get(`${section} ${key}`) ?? 1;
    const entry = tableOf(packages[withoutPeers(key)] ?? packages[key]);
    const paths = users.get(key.replace(/^\//, "")) ?? [""];
    for (const user of paths) copies.push(copyOf(key, entry, `${user}${key.replace(/^\//, "")}`, line));
  }
  return { format: `pnpm-lock v${major}`, ecosystem: "npm", copies: [...copies, ...linksOf(root, lines)] };
}

function copyOf(key: string, entry: Readonly<Record<string, unknown>>, path: string, line: number): ResolvedCopy {
  const plain = withoutPeers(key).replace(/^\//, "");
  const at = plain.indexOf("@", 1);
  const name = textOf(entry["name"]) ?? (at < 0 ? plain : plain.slice(0, at));
  const version = at < 0 ? "" : plain.slice(at + 1);
  if (/^\d/.test(version)) return released(name, version, path, line);
  return unreleased(name, path, line, `comes from ${version || plain}, not from a registry`);
}

/** By key of a package: the importers that depend on it directly, each as the start of a path. */
function usersOf(root: Readonly<Record<string, unknown>>, major: number): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { importer, name, version } of directOf(root)) {
    // An alias resolves to another package's key; everything else to a version alone.
    const isKey = major === 9 ? withoutPeers(version).includes("@", 1) : version.startsWith("/");
    const key = isKey ? version.replace(/^\//, "") : `${name}@${version}`;
    const known = users.get(key) ?? [];
    if (!known.includes(`${importer} > `)) known.push(`${importer} > `);
    users.set(key, known);
  }
  return users;
}

function linksOf(root: Readonly<Record<string, unknown>>, lines: ReadonlyMap<string, number>): ResolvedCopy[] {
  return directOf(root)
    .filter(({ version }) => /^(link|file|workspace):/.test(version))
    .map(({ importer, name, version }) =>
      unreleased(name, `${importer} > ${name}`, lines.get(`importers ${importer}`) ?? 1, `a link: ${version}`),
    );
}

interface Direct {
  readonly importer: string;
  readonly name: string;
  readonly version: string;
}

/** A project without workspaces has, in version 6, the fields of its one importer at the root. */
function directOf(root: Readonly<Record<string, unknown>>): Direct[] {
  const importers = root["importers"] === undefined ? { ".": root } : tableOf(root["importers"]);
  return Object.entries(importers).flatMap(([importer, fields]) =>
    dependencyFields.flatMap((field) =>
      Object.entries(tableOf(tableOf(fields)[field])).map(([name, value]) => ({
        importer,
        name,
        version: textOf(value) ?? textOf(tableOf(value)["version"]) ?? "",
      })),
    ),
  );
}

function withoutPeers(key: string): string {
  const at = key.indexOf("(");
  return at < 0 ? key : key.slice(0, at);
}

/**
 * The text without what entries of packages and snapshots say below their key, but for names: hashes and edges are most
 * of a lock, are not asked for here, and cost most of the parsing.
 */
function withoutDetails(text: string): string {
  let isListed = false;
  const kept = text.split("\n").filter((row) => {
    if (/^[a-zA-Z]/.test(row)) isListed = /^(?:packages|snapshots):/.test(row);
    return !isListed || !row.startsWith("   ") || /^ {4}(?:name|version):/.test(row);
  });
  return kept.join("\n");
}

/** "section key" to line, for the keys right below a section. */
function sectionLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  let section = "";
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    const head = /^([a-zA-Z]+):/.exec(row);
    if (head?.[1] !== undefined) section = head[1];
    const key = /^ {2}(?:'([^']+)'|"([^"]+)"|([^\s'"].*?)):(?:\s|$)/.exec(row);
    if (key !== null) lines.set(`${section} ${key[1] ?? key[2] ?? key[3] ?? ""}`, line);
  }
  return lines;
}
