/**
 * Projects with a lock of a megabyte and a half, in each format, and the answer that they are checked against.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const size = 1_500_000;

/** A project that has one copy without the fix. */
export interface LockProject {
  readonly dir: string;
  /** The file that holds the answer. */
  readonly answer: string;
  readonly lock: string;
}

const formats: Readonly<Record<string, { readonly name: string; readonly write: () => string }>> = {
  npm: { name: "package-lock.json", write: packageLock },
  pnpm: { name: "pnpm-lock.yaml", write: pnpmLock },
  uv: { name: "uv.lock", write: uvLock },
  berry: { name: "yarn.lock", write: berryLock },
};

/** Writes one into a directory of its own, which goes with this process. */
export function lockProject(format: string): LockProject {
  const found = formats[format];
  if (found === undefined) throw new RangeError(`a lock of ${format}: there are ${Object.keys(formats).join(", ")}`);
  const dir = mkdtempSync(join(tmpdir(), "holdfast-check-lock-"));
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  const project = join(dir, "project");
  mkdirSync(project);
  const lock = join(project, found.name);
  writeFileSync(lock, found.write());
  const isPython = format === "uv";
  writeFileSync(
    join(project, isPython ? "pyproject.toml" : "package.json"),
    isPython ? '[project]\ndependencies = ["socketry>=6.1.0"]\n' : '{ "dependencies": { "socketry": "^6.1.0" } }\n',
  );
  const answer = join(dir, "answer.json");
  writeFileSync(answer, JSON.stringify(socketryFix));
  return { dir: project, answer, lock };
}

const socketryFix = {
  query: "#7",
  commit: "f".repeat(40),
  confidence: "certain",
  packages: [
    {
      name: "socketry",
      pinnedBy: [],
      tagPrefix: "v",
      first: { stable: "v6.2.5", any: "v6.2.5", date: "2026-05-03T00:00:00Z", describe: "v6.2.5~2" },
      intervals: [{ line: "6", from: "v6.2.5", to: "v6.4.0", open: true }],
      safeFloor: { "6": "v6.2.5" },
      floorDates: { "6": "2026-05-03T00:00:00Z" },
      releases: { "6": ["v6.1.0", "v6.2.5", "v6.4.0"] },
    },
  ],
  backports: [],
  reverts: [],
  containedButReverted: [],
  ignoredTags: [],
};

/** Adds entries until the text is large enough. */
function filled(head: string, entry: (index: number) => string): string {
  const parts = [head];
  for (let [index, length] = [0, head.length]; length < size; index++) {
    const part = entry(index);
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
}

function hash(index: number): string {
  return Buffer.from(`package number ${index}, of which this is no hash at all, but as long as one is.`)
    .toString("base64")
    .slice(0, 86);
}

function packageLock(): string {
  const head = `{
  "name": "app",
  "lockfileVersion": 3,
  "packages": {
    "node_modules/socketry": {
      "version": "6.1.0"
    }`;
  const entry = (index: number): string => `,
    "node_modules/package-${index}": {
      "version": "1.2.3",
      "resolved": "https://registry.example.org/package-${index}/-/package-${index}-1.2.3.tgz",
      "integrity": "sha512-${hash(index)}==",
      "dependencies": {
        "package-${index + 1}": "^1.0.0",
        "package-${index + 2}": "^1.2.0"
      },
      "engines": {
        "node": ">=18"
      }
    }`;
  return `${filled(head, entry)}\n  }\n}\n`;
}

function pnpmLock(): string {
  const head = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      socketry:
        specifier: ^6.1.0
        version: 6.1.0

`;
  const keys: number[] = [];
  const packages = filled(`${head}packages:\n\n  socketry@6.1.0:\n    resolution: {integrity: sha512-x}\n`, (index) => {
    keys.push(index);
    // The snapshots, which come later, make up for the rest of the length.
    return `\n  package-${index}@1.2.3:\n    resolution: {integrity: sha512-${hash(index)}==}\n    engines: {node: '>=18'}\n`;
  });
  const half = keys.slice(0, keys.length / 2);
  const cut = packages.slice(0, packages.indexOf(`\n  package-${half.length}@`));
  const snapshots = half.map(
    (index) =>
      `\n  package-${index}@1.2.3:\n    dependencies:\n      package-${index + 1}: 1.2.3\n      package-${index + 2}: 1.2.3\n      package-${index + 3}: 1.2.3\n`,
  );
  return `${cut}\nsnapshots:\n\n  socketry@6.1.0: {}\n${snapshots.join("")}`;
}

function uvLock(): string {
  const source = 'source = { registry = "https://registry.example.org/simple" }';
  const head = `version = 1\nrequires-python = ">=3.10"\n\n[[package]]\nname = "socketry"\nversion = "6.1.0"\n${source}\n`;
  return filled(head, (index) => {
    const file = (kind: string): string =>
      `{ url = "https://files.example.org/package_${index}-1.2.3${kind}", hash = "sha256:${hash(index).slice(0, 64)}", size = 12345, upload-time = "2025-01-01T00:00:00Z" }`;
    const wheels = Array.from({ length: 8 }, (_, at) => `    ${file(`-cp31${at}-manylinux.whl`)},`).join("\n");
    return `
[[package]]
name = "package-${index}"
version = "1.2.3"
${source}
dependencies = [
    { name = "package-${index + 1}" },
    { name = "package-${index + 2}", marker = "python_full_version < '3.11'" },
]
sdist = ${file(".tar.gz")}
wheels = [
${wheels}
]
`;
  });
}

function berryLock(): string {
  const entry = (name: string, version: string, rest: string): string =>
    `\n"${name}@npm:^${version}":\n  version: ${version}\n  resolution: "${name}@npm:${version}"\n${rest}  languageName: node\n  linkType: hard\n`;
  const head = `__metadata:\n  version: 8\n  cacheKey: 10c0\n${entry("socketry", "6.1.0", "")}`;
  return filled(head, (index) =>
    entry(
      `package-${index}`,
      "1.2.3",
      `  dependencies:\n    package-${index + 1}: "npm:^1.0.0"\n    package-${index + 2}: "npm:^1.0.0"\n  checksum: 10c0/${hash(index)}\n`,
    ),
  );
}
