/**
 * Projects on disk, for a test to look at.
 *
 * @module
 */
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface ProjectFolder extends AsyncDisposable {
  readonly dir: string;
}

/** Writes the files, by their paths. */
export async function projectOf(files: Readonly<Record<string, string>>): Promise<ProjectFolder> {
  const folder = await mkdtempDisposable(join(tmpdir(), "holdfast-fixes-"));
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return { dir: folder.path, [Symbol.asyncDispose]: async () => await folder.remove() };
}

/** A package-lock.json with one copy of socketry for each path. */
export function packageLock(copies: Readonly<Record<string, string>>): string {
  const packages = Object.entries(copies).map(([path, version]) => [path, { version }]);
  return `${JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(packages) }, null, 2)}\n`;
}
