import { expect, test } from "vitest";
import { compareReleases, parseTag, readTags, type Release } from "../src/tags.ts";
import { loadHistory } from "../src/load.ts";
import { TestRepository } from "./repository.ts";

test.for([
  ["v1.92.0", "v", [1, 92, 0], false],
  ["4.16.0", "", [4, 16, 0], false],
  ["rel_1_4_0", "rel_", [1, 4, 0], false],
  ["tokio-1.2.3", "tokio-", [1, 2, 3], false],
  ["pkg@1.2.3", "pkg@", [1, 2, 3], false],
  ["@scope/pkg@1.2.3-beta.1", "@scope/pkg@", [1, 2, 3], true],
  ["api/v3.5.0", "api/v", [3, 5, 0], false],
  ["docker-v29", "docker-v", [29], false],
  ["release-1.2", "release-", [1, 2], false],
  ["http2-1.2.3", "http2-", [1, 2, 3], false],
  ["v17.03.0-ce", "v", [17, 3, 0], false],
  ["1.2.post1", "", [1, 2], false],
  ["8.1.0.dev0", "", [8, 1, 0], true],
  ["v2.0.0b1", "v", [2, 0, 0], true],
  ["v1.0.0-0", "v", [1, 0, 0], true],
  ["1.2.3.4", "", [1, 2, 3, 4], false],
] as const)("reads %s", ([name, prefix, numbers, isPre]) => {
  expect(parseTag(name)).toMatchObject({ prefix, numbers, isPre });
});

test.for(["delete", "origin", "dev", "latest"])("finds no version in %s", (name) => {
  expect(parseTag(name)).toBeNull();
});

test.for([
  [["1.92.0.dev3", "1.92.0", "1.92.0.post1", "2.0.0b1", "2.0.0b2", "2.0.0rc1", "2.0.0", "1!0.1"]],
  [["v1.0.0-alpha.1", "v1.0.0-rc2", "v1.0.0-rc10", "v1.0.0", "v1.0.1", "v1.10.0"]],
] as const)("orders %j as their versions", ([names]) => {
  const releases = names.map((tag) => ({ ...parseTag(tag), tag, commit: 0, seconds: 0 }) as Release);

  expect(
    releases
      .toReversed()
      .toSorted(compareReleases)
      .map(({ tag }) => tag),
  ).toEqual(names);
});

test("reports aliases, moving tags, second schemes and slips, each with its reason", async () => {
  using repo = new TestRepository([
    { id: "a", tags: ["v1.0.0", "1.0.0"] },
    { id: "b", tags: ["v1.1.0", "v1"] },
    { id: "c", tags: ["v3.2.0", "v0.302.0"] },
    { id: "d", tags: ["v0.0.1001"] },
    { id: "e", tags: ["v3.3.0"] },
    { id: "f", tags: ["v3.4.0"] },
  ]);

  const { families, ignored } = readTags(await loadHistory(repo.dir));

  expect(families.get("")?.releases.map(({ tag }) => tag)).toEqual(["v1.0.0", "v1.1.0", "v3.2.0", "v3.3.0", "v3.4.0"]);
  expect(ignored).toEqual([
    { tag: "1.0.0", reason: "is another name of v1.0.0" },
    { tag: "v0.0.1001", reason: "has a lower version than releases in its own history" },
    { tag: "v0.302.0", reason: "is another name of v3.2.0" },
    { tag: "v1", reason: "is one number beside full versions, and moves from release to release" },
  ]);
});
