import { expect, test } from "vitest";
import { LockUnreadableError } from "../src/project-errors.ts";
import { readLock } from "../src/locks/read-lock.ts";

async function versions(path: string, text: string): Promise<string[]> {
  const { copies } = await readLock(path, text);
  return copies.map(({ name, version, path: place, line }) => `${line} ${name} ${version ?? "-"} ${place}`);
}

test("package-lock v3 gives nested copies, aliases by their real name, and no version for links and repositories", async () => {
  const text = JSON.stringify(
    {
      lockfileVersion: 3,
      packages: {
        "": { name: "app", version: "1.0.0" },
        "node_modules/a": { version: "1.0.0", resolved: "https://registry.example/a.tgz" },
        "node_modules/b/node_modules/a": { version: "2.0.0" },
        "node_modules/old": { name: "@s/a", version: "0.9.0" },
        "node_modules/w": { resolved: "packages/w", link: true },
        "packages/w": { version: "3.0.0" },
        "node_modules/g": { version: "1.0.0", resolved: "git+ssh://git@host/g.git#abc" },
      },
    },
    null,
    2,
  );

  expect(await versions("app/package-lock.json", text)).toEqual([
    "8 a 1.0.0 node_modules/a",
    "12 a 2.0.0 node_modules/b/node_modules/a",
    "15 @s/a 0.9.0 node_modules/old",
    "19 w - node_modules/w",
    "26 g - node_modules/g",
  ]);
});

test("package-lock v1 gives nested copies and aliases", async () => {
  const text = `{
  "dependencies": {
    "a": {
      "version": "1.0.0",
      "dependencies": {
        "b": { "version": "npm:@s/b@2.0.0" }
      }
    },
    "b": { "version": "1.0.0" }
  }
}`;

  expect(await versions("npm-shrinkwrap.json", text)).toEqual([
    "3 a 1.0.0 node_modules/a",
    "6 @s/b 2.0.0 node_modules/a/node_modules/b",
    "9 b 1.0.0 node_modules/b",
  ]);
});

test("pnpm-lock v9 gives each set of peers, the importers that use it, and links", async () => {
  const text = `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(p@2.0.0)
      other:
        specifier: npm:@s/b@^3.0.0
        version: '@s/b@3.0.0'
      w:
        specifier: workspace:*
        version: link:packages/w
packages:
  '@s/b@3.0.0':
    resolution: {integrity: x}
  a@1.0.0:
    resolution: {integrity: x}
snapshots:
  '@s/b@3.0.0': {}
  a@1.0.0(p@2.0.0):
    dependencies:
      p: 2.0.0
  g@https://host.example/g/tar.gz/abc: {}
`;

  expect(await versions("pnpm-lock.yaml", text)).toEqual([
    "20 @s/b 3.0.0 . > @s/b@3.0.0",
    "21 a 1.0.0 . > a@1.0.0(p@2.0.0)",
    "24 g - g@https://host.example/g/tar.gz/abc",
    "3 w - . > w",
  ]);
});

test("pnpm-lock gives what comes from a URL the name that its entry names, and reads past the rest of an entry", async () => {
  const text = `lockfileVersion: '6.0'
packages:
  '@host.example/o/r/abc':
    resolution: {tarball: https://host.example/abc}
    name: socketry
    version: 6.1.0
    deprecated: |-
      name: other
    dependencies:
      name: 1.0.0
`;

  expect(await versions("pnpm-lock.yaml", text)).toEqual(["3 socketry - @host.example/o/r/abc"]);
});

test("pnpm-lock v6 gives the names of its slashed keys, with one importer at the root", async () => {
  const text = `lockfileVersion: '6.0'
dependencies:
  a:
    specifier: ^1.0.0
    version: 1.0.0
packages:
  /a@1.0.0:
    resolution: {integrity: x}
  /@s/b@2.0.0(a@1.0.0):
    resolution: {integrity: x}
`;

  expect(await versions("pnpm-lock.yaml", text)).toEqual(["7 a 1.0.0 . > a@1.0.0", "9 @s/b 2.0.0 @s/b@2.0.0(a@1.0.0)"]);
});

test("yarn v1 gives scoped names and aliases, and no version for a repository", async () => {
  const text = `# yarn lockfile v1

"@s/a@^1.0.0", "@s/a@^1.2.0":
  version "1.3.0"
  resolved "https://registry.example/a.tgz#abc"

g@git+https://host.example/g.git:
  version "1.0.0"
  resolved "git+https://host.example/g.git#abc"

"old@npm:real@^2.0.0":
  version "2.1.0"
`;

  expect(await versions("yarn.lock", text.replaceAll("\n", "\r\n"))).toEqual([
    "3 @s/a 1.3.0 @s/a@^1.0.0, @s/a@^1.2.0",
    "7 g - g@git+https://host.example/g.git",
    "11 real 2.1.0 old@npm:real@^2.0.0",
  ]);
});

test("yarn berry gives the resolved name, and no version for workspaces and patches", async () => {
  const text = `__metadata:
  version: 8

"a@npm:^1.0.0, a@npm:^1.2.0":
  version: 1.3.0
  resolution: "a@npm:1.3.0"
  linkType: hard

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."

"b@patch:b@npm%3A1.0.0#./b.patch":
  version: 1.0.0
  resolution: "b@patch:b@npm%3A1.0.0#./b.patch::version=1.0.0"
`;

  expect(await versions("yarn.lock", text)).toEqual([
    "4 a 1.3.0 a@npm:^1.0.0, a@npm:^1.2.0",
    "9 app - app@workspace:.",
    "13 b - b@patch:b@npm%3A1.0.0#./b.patch",
  ]);
});

test("bun.lock gives nested copies past its trailing commas", async () => {
  const text = `{
  "lockfileVersion": 1,
  "packages": {
    "a": ["a@1.0.0", "", {}, "sha512-x"],
    "b/a": ["a@2.0.0", "", {}, "sha512-x"],
    "w": ["w@workspace:packages/w"],
  },
}`;

  expect(await versions("bun.lock", text)).toEqual(["4 a 1.0.0 a", "5 a 2.0.0 b/a", "6 w - w"]);
});

test("uv.lock and poetry.lock give forks apart, and no version for sources that are no registry", async () => {
  const uv = `version = 1

[[package]]
name = "a"
version = "1.0.0"
source = { registry = "https://index.example/simple" }
resolution-markers = ["python_full_version < '3.10'"]

[[package]]
name = "a"
version = "2.0.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
`;
  const poetry = `[[package]]
name = "a"
version = "1.0.0"

[[package]]
name = "g"
version = "1.0.0"

[package.source]
type = "git"
url = "https://host.example/g.git"
`;

  expect(await versions("uv.lock", uv)).toEqual([
    "3 a 1.0.0 a (python_full_version < '3.10')",
    "9 a 2.0.0 a",
    "14 app - app",
  ]);
  expect(await versions("poetry.lock", poetry)).toEqual(["1 a 1.0.0 a", "5 g - g"]);
});

test.each([
  ["pdm.lock", "package", '[metadata]\nlock_version = "4.5.0"\n'],
  ["pylock.toml", "packages", 'lock-version = "1.0"\n'],
  ["pylock.dev.toml", "packages", 'lock-version = "1.0"\n'],
])("%s gives environments apart, and no version for repositories and directories", async (path, table, head) => {
  const entry = (rows: string): string => `[[${table}]]\n${rows}\n`;
  const text = [
    head,
    entry('name = "a"\nversion = "1.0.0"\nmarker = "x"'),
    entry('name = "g"\nversion = "1.0.0"\ngit = "https://host.example/g"'),
    entry('name = "v"\nvcs = { type = "git", url = "https://host.example/v" }'),
    entry('name = "n"'),
  ].join("");

  const { copies } = await readLock(path, text);

  expect(copies.map(({ name, version, path: place, note }) => [name, version, place, note])).toEqual([
    ["a", "1.0.0", "a (x)", null],
    ["g", null, "g", "comes from git https://host.example/g, not from a registry"],
    ["v", null, "v", "comes from vcs https://host.example/v, not from a registry"],
    ["n", null, "n", "the entry has no version"],
  ]);
  expect(copies.map(({ line }) => text.split("\n")[line - 1])).toEqual(Array(4).fill(`[[${table}]]`));
});

test("a requirements file pins with == and ===; ranges and URLs have no version", async () => {
  const text = `# comment
-r base.txt
a==1.0.0 ; python_version < "3.12"  # pinned
B_c[x] === 2.0 \\
    --hash=sha256:aa
d>=1,<2
e==1.*
f @ https://host.example/f.whl
g
`;

  expect(await versions("requirements-dev.txt", text)).toEqual([
    "3 a 1.0.0 a",
    "4 B_c 2.0 B_c",
    "6 d - d",
    "7 e - e",
    "8 f - f",
    "9 g - g",
  ]);
});

test.each([
  ["bun.lockb", "", "bun install --save-text-lockfile"],
  ["package-lock.json", '{"lockfileVersion": 9}', "none of 1 to 3"],
  ["package-lock.json", "<<<<<<< HEAD", "package manager"],
  ["pnpm-lock.yaml", "lockfileVersion: 5.4", "pnpm 8"],
  ["pnpm-lock.yaml", "a: [", "package manager"],
  ["bun.lock", "{", "bun install"],
  ["bun.lock", '{"lockfileVersion": 2}', "a release of bun"],
  ["pnpm-lock.yaml", "lockfileVersion: '10.0'", "pnpm"],
  ["yarn.lock", "__metadata:\n  version: 99\n", "a release of yarn"],
  ["uv.lock", "[[package", "package manager"],
  ["uv.lock", "version = 2", "what is known here is 1;"],
  ["poetry.lock", '[metadata]\nlock-version = "3.0"', "what is known here is 1 and 2;"],
  ["pdm.lock", '[metadata]\nlock_version = "5.0"', "what is known here is 4;"],
  ["pylock.toml", 'lock-version = "2.0"', "what is known here is 1;"],
  ["Gemfile.lock", "", "name one of"],
])("%s that cannot be read is refused with what to do (%j)", async (path, text, advice) => {
  const reading = readLock(path, text);

  await expect(reading).rejects.toThrow(LockUnreadableError);
  await expect(reading).rejects.toThrow(advice);
});
