/**
 * Answers and projects on disk for the commands of `fix`, and a registry that npm can ask.
 *
 * @module
 */
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FixAnswer, PackageAnswer } from "@holdfast/fixes";

/** A fix that releases of 6.x have from 6.2.5 on. */
export function socketryFix(changes: Partial<PackageAnswer> = {}): FixAnswer {
  const about: PackageAnswer = {
    name: "socketry",
    pinnedBy: [],
    tagPrefix: "v",
    first: { stable: "v6.2.5", any: "v6.2.5", date: "2026-05-03T00:00:00Z", describe: "v6.2.5~2" },
    intervals: [{ line: "6", from: "v6.2.5", to: "v6.4.0", open: true }],
    safeFloor: { "6": "v6.2.5" },
    floorDates: { "6": "2026-05-03T00:00:00Z" },
    releases: { "6": ["v6.1.0", "v6.2.5", "v6.4.0"] },
    ...changes,
  };
  return {
    query: "#7",
    commit: "f".repeat(40),
    confidence: "certain",
    packages: [about],
    backports: [],
    reverts: [],
    containedButReverted: [],
    ignoredTags: [],
  };
}

export interface FixProject extends AsyncDisposable {
  readonly dir: string;
  /** The file that holds the answer. */
  readonly answer: string;
}

/** Writes the files by their paths, and the answer beside the project. */
export async function fixProject(
  files: Readonly<Record<string, string>>,
  answer: unknown = socketryFix(),
): Promise<FixProject> {
  const folder = await mkdtempDisposable(join(tmpdir(), "holdfast-cli-fix-"));
  const dir = join(folder.path, "project");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const file = join(folder.path, "answer.json");
  await writeFile(file, typeof answer === "string" ? answer : JSON.stringify(answer));
  return { dir, answer: file, [Symbol.asyncDispose]: async () => await folder.remove() };
}

/** A package-lock.json with one copy of socketry for each path. */
export function packageLock(copies: Readonly<Record<string, string>>): string {
  const packages = Object.entries(copies).map(([path, version]) => [path, { version }]);
  const root = { "": { dependencies: { socketry: "^6.1.0" } } };
  return `${JSON.stringify({ lockfileVersion: 3, requires: true, packages: { ...root, ...Object.fromEntries(packages) } }, null, 2)}\n`;
}

export interface FakeRegistry extends AsyncDisposable {
  readonly url: string;
}

/** A registry of one package with these versions; it hands out no archives, which a lock does not need. */
export async function openRegistry(
  versions: readonly string[],
  how: "answers" | "hangs" = "answers",
  onRequest?: () => void,
): Promise<FakeRegistry> {
  const server = createServer((request, response) => {
    onRequest?.();
    if (how === "hangs") return;
    const { url: path = "" } = request;
    if (versions.length === 0 || path !== "/socketry") {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
      return;
    }
    const tarball = (version: string): string => `${url}/socketry/-/socketry-${version}.tgz`;
    const entries = versions.map((version) => [
      version,
      { name: "socketry", version, dist: { tarball: tarball(version), integrity: "sha512-eA==", shasum: "0" } },
    ]);
    const document = {
      name: "socketry",
      "dist-tags": { latest: versions.at(-1) },
      versions: Object.fromEntries(entries),
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
