import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { FindFixProgress } from "../../src/progress.ts";
import { findRepository } from "../../src/source/registry.ts";
import { FixFinder } from "../../src/fix-finder.ts";
import { openTestServer, type TestAnswer } from "../test-server.ts";
import { TestCache, TestRemote } from "./remote.ts";

const tool = "https://github.com/owner/tool.git";

function packument(repository: unknown): TestAnswer {
  return { json: { name: "tool", "dist-tags": { latest: "2.0.0" }, versions: { "2.0.0": { repository } } } };
}

test.for<readonly [string, string, TestAnswer, string | null]>([
  [
    "tool",
    "/tool",
    packument({ url: "git+https://github.com/owner/tool.git", directory: "./packages/a/" }),
    "packages/a",
  ],
  ["@scope/tool", "/@scope%2ftool", packument("github:owner/tool"), null],
  ["tool", "/tool", { json: { repository: { type: "git", url: "git://github.com/owner/tool.git" } } }, null],
  ["tool", "/tool", packument({ url: tool, directory: "../../etc" }), null],
])("finds the repository of the npm package %s at %s", async ([name, path, answer, directory]) => {
  await using registry = await openTestServer({ [path]: answer });
  using cache = new TestCache();

  const found = await findRepository("npm", name, { url: `${registry.url}/`, cache: cache.dir, isExplicit: true });

  expect(found.remote.url).toBe(tool);
  expect(found.package).toEqual({ registry: "npm", name, directory });
});

test.for([
  [{ project_urls: { Homepage: "https://tool.example.org", Source: "https://github.com/owner/tool/" } }],
  [
    {
      project_urls: { Docs: "https://tool.example.org", Funding: tool, "Source Code": "http://github.com/owner/tool" },
    },
  ],
  [{ project_urls: { Homepage: "https://github.com/owner/site", GitHub: "https://github.com/owner/tool/issues" } }],
  [{ project_urls: null, home_page: "https://github.com/owner/tool" }],
] as const)("finds the repository of a PyPI project by %j", async ([info]) => {
  await using registry = await openTestServer({ "/pypi/tool/json": { json: { info } } });
  using cache = new TestCache();

  const found = await findRepository("pypi", "tool", { url: registry.url, cache: cache.dir, isExplicit: true });

  expect(found.remote.url).toBe(tool);
});

test("takes a repository that is on no known host by the name of its link", async () => {
  const project_urls = { Homepage: "https://tool.example.org", Repository: "https://git.example.org/a/tool" };
  await using registry = await openTestServer({ "/pypi/tool/json": { json: { info: { project_urls } } } });
  using cache = new TestCache();

  const found = await findRepository("pypi", "tool", { url: registry.url, cache: cache.dir, isExplicit: true });

  expect(found.remote.url).toBe("https://git.example.org/a/tool");
});

test.for<readonly [string, TestAnswer, string, RegExp]>([
  ["a package that is not there", { status: 404, json: {} }, "FIXES_PACKAGE_NOT_FOUND", /no such package.*pypi:tool/],
  ["a registry that fails", { status: 503, json: {} }, "FIXES_PACKAGE_NOT_FOUND", /answered 503/],
  ["a registry that hangs up", "hang up", "FIXES_PACKAGE_NOT_FOUND", /gave no answer/],
  ["an answer that is no JSON", { text: "<html>" }, "FIXES_PACKAGE_NOT_FOUND", /gave no answer/],
  ["a package without a repository", packument(undefined), "FIXES_PACKAGE_NOT_FOUND", /names no repository/],
  ["a repository on this machine", packument("file:///etc"), "FIXES_URL_REFUSED", /file of this machine/],
  ["a program in place of a URL", packument("ext::sh -c x"), "FIXES_URL_REFUSED", /space/],
])("says what to do about %s", async ([, answer, code, message]) => {
  await using registry = await openTestServer({ "/tool": answer });
  using cache = new TestCache();

  const finding = findRepository("npm", "tool", { url: registry.url, cache: cache.dir, isExplicit: false });

  await expect(finding).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("refuses a registry that is no URL", async () => {
  using cache = new TestCache();

  const finding = findRepository("npm", "tool", { url: "registry", cache: cache.dir, isExplicit: true });

  await expect(finding).rejects.toMatchObject({ code: "FIXES_URL_REFUSED" });
});

test("remembers the answer for when the registry is not to be asked, or cannot be", async () => {
  await using registry = await openTestServer({ "/tool": packument(tool) });
  using cache = new TestCache();
  const warnings: string[] = [];
  const onProgress = (progress: FindFixProgress): void =>
    void (progress.kind === "warning" && warnings.push(progress.text));
  const options = { url: registry.url, cache: cache.dir, isExplicit: true, onProgress };
  const never = findRepository("npm", "tool", { ...options, offline: true });
  await expect(never).rejects.toMatchObject({ code: "FIXES_OFFLINE" });
  await findRepository("npm", "tool", options);

  const again = await findRepository("npm", "tool", options);
  const offline = await findRepository("npm", "tool", { ...options, offline: true });
  const asked = registry.requests.length;
  registry.routes.set("/tool", "hang up");
  const unreachable = await findRepository("npm", "tool", { ...options, refresh: true });

  expect(asked).toBe(1);
  expect([again, offline, unreachable].map(({ remote }) => remote.url)).toEqual([tool, tool, tool]);
  expect(warnings).toEqual([expect.stringMatching(/gave no answer; going by what it said before/)]);
});

test("asks the registry that npm is set to", async () => {
  await using registry = await openTestServer({ "/tool": packument(tool) });
  using cache = new TestCache();
  vi.stubEnv("npm_config_registry", registry.url);

  const found = await findRepository("npm", "tool", { cache: cache.dir, isExplicit: true });
  vi.unstubAllEnvs();

  expect(found.remote.url).toBe(tool);
});

test.for(["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"])("asks the index that %s names", async (name) => {
  const info = { home_page: "https://github.com/owner/tool" };
  await using registry = await openTestServer({ "/pypi/tool/json": { json: { info } } });
  using cache = new TestCache();
  vi.stubEnv(name, `${registry.url}/simple/`);

  const found = await findRepository("pypi", "tool", { cache: cache.dir, isExplicit: true });
  vi.unstubAllEnvs();

  expect(found.remote.url).toBe(tool);
});

test("asks nobody for a Python package when no index is configured", async () => {
  using cache = new TestCache();
  for (const name of ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"]) vi.stubEnv(name, undefined);

  const finding = findRepository("pypi", "tool", { cache: cache.dir, isExplicit: true });

  await expect(finding).rejects.toThrow(/no index of Python packages is configured; set PIP_INDEX_URL/);
  vi.unstubAllEnvs();
});

test("asks the registry that npm is set to for a scope", async () => {
  await using registry = await openTestServer({ "/@scope%2ftool": packument(tool) });
  using cache = new TestCache();
  const settings = join(cache.base, "npmrc");
  writeFileSync(settings, `@scope:registry=${registry.url}/\n`);
  vi.stubEnv("npm_config_userconfig", settings);
  vi.stubEnv("npm_config_registry", "http://127.0.0.1:9");

  const found = await findRepository("npm", "@scope/tool", { cache: cache.dir, isExplicit: true });
  vi.unstubAllEnvs();

  expect(found.remote.url).toBe(tool);
});

test("opens a package by a bare name, and says which one it took", async () => {
  await using registry = await openTestServer({ "/tool": packument({ url: tool, directory: "packages/a" }) });
  using remote = new TestRemote([{ id: "base", tags: ["v1.0.0"] }]);
  using cache = new TestCache({ [tool]: remote.url });
  const warnings: string[] = [];
  const onProgress = (progress: FindFixProgress): void =>
    void (progress.kind === "warning" && warnings.push(progress.text));

  const options = { registry: registry.url, cache: cache.dir, onProgress };
  const { source } = await FixFinder.open({ repo: "tool", ...options });

  expect(source.dir).toMatch(/github\.com-owner-tool-[0-9a-f]{16}\.git$/);
  expect(source.package).toEqual({ registry: "npm", name: "tool", directory: "packages/a" });
  expect(warnings).toEqual([expect.stringMatching(/took tool for the npm package.*say pypi:tool/)]);
});
