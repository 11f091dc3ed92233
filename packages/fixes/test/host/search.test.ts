import { expect, test } from "vitest";
import { FixFinder } from "../../src/fix-finder.ts";
import { HostApi } from "../../src/host/host-request.ts";
import { searchGitHub } from "../../src/host/search.ts";
import { TestRepository } from "../repository.ts";
import { openTestServer, type TestAnswer } from "../test-server.ts";

const hash = "a".repeat(40);

function searchFor(phrase: string, only: string): string {
  const asked = new URLSearchParams({ q: `"${phrase}" repo:owner/tool ${only}`, per_page: "2" });
  return `/search/issues?${asked.toString()}`;
}

function found(...numbers: readonly number[]): TestAnswer {
  const items = numbers.map((number) => ({ number, title: `about ${number}`, html_url: `https://x/${number}` }));
  return { json: { items } };
}

const routes: Record<string, TestAnswer> = {
  [searchFor("cancel scope", "is:pull-request is:merged")]: found(7),
  [searchFor("cancel scope", "is:issue is:closed")]: found(5, 6, 4),
  "/repos/owner/tool/pulls/7": { json: { number: 7, state: "closed", merged: true, merge_commit_sha: hash } },
  "/repos/owner/tool/issues/5": { json: { number: 5, state: "closed" } },
  "/repos/owner/tool/issues/5/timeline?per_page=100&page=1": { json: [{ event: "closed", commit_id: hash }] },
};

test("finds merged pull requests and closed issues by a text, with the commits behind them", async () => {
  await using server = await openTestServer(routes);
  const api = new HostApi({ apiUrl: server.url, token: undefined });

  const matches = await searchGitHub(api, { repository: "owner/tool", text: ' cancel "scope"\n', limit: 2 });

  const commits = [{ hash, confidence: "certain" }];
  expect(matches).toEqual([
    { number: 7, title: "about 7", kind: "pull-request", url: "https://x/7", commits },
    { number: 5, title: "about 5", kind: "issue", url: "https://x/5", commits },
    { number: 6, title: "about 6", kind: "issue", url: "https://x/6", commits: [] },
  ]);
});

test("searches the host of the repository, and nowhere offline or without one", async () => {
  await using server = await openTestServer(routes);
  using repo = new TestRepository([{ id: "base", tags: ["v1.0.0"] }]);
  repo.git(["config", "remote.origin.url", "file:///srv/owner/tool"]);
  const options = { repo: repo.dir, apiUrl: server.url, token: "" };
  const without = await FixFinder.open(options);
  const nowhere = await without.searchHost("cancel scope", 2);
  repo.git(["config", "remote.origin.url", "git@github.com:owner/tool.git"]);

  const offline = await FixFinder.open({ ...options, offline: true });
  const silent = await offline.searchHost("cancel scope", 2);
  const before = server.requests.length;
  const online = await FixFinder.open(options);
  const matches = await online.searchHost("cancel scope", 2);

  expect([nowhere, silent, before]).toEqual([null, null, 0]);
  expect(matches?.map(({ number }) => number)).toEqual([7, 5, 6]);
});
