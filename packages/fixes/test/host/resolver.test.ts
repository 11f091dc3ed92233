import { expect, test } from "vitest";
import { findFix } from "../../src/find.ts";
import type { FindFixProgress } from "../../src/progress.ts";
import type { Step } from "../repository.ts";
import { TestCache, TestRemote } from "../source/remote.ts";
import { openTestServer, type TestAnswer } from "../test-server.ts";

const repo = "https://github.com/owner/tool";
const pulls = "/repos/owner/tool/pulls";
const issues = "/repos/owner/tool/issues";
const steps: readonly Step[] = [
  { id: "base", tags: ["v1.0.0"] },
  { id: "named", subject: "Mend the parser (#5)" },
  { id: "unnamed", subject: "Mend the lexer" },
  { id: "last", tags: ["v1.1.0"] },
];

/** Everything a question needs: a remote, a cache, the API of its host, and what was told. */
async function openHost(routes: Readonly<Record<string, TestAnswer>> = {}) {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(new TestRemote(steps));
  const cache = stack.use(new TestCache({ [`${repo}.git`]: remote.url }));
  const server = stack.use(await openTestServer(routes));
  const warnings: string[] = [];
  const onProgress = (progress: FindFixProgress): void =>
    void (progress.kind === "warning" && warnings.push(progress.text));
  const options = { repo, cache: cache.dir, apiUrl: server.url, token: "", onProgress };
  return { remote, cache, server, warnings, options, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A commit beside main, under a ref that a clone does not bring. */
function addRef(remote: TestRemote, ref: string, on = "base"): string {
  const tree = remote.git(["rev-parse", `${remote.hash("last")}^{tree}`]).trim();
  const identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
  const hash = remote.git([...identity, "commit-tree", tree, "-p", remote.hash(on), "-m", "draft"]).trim();
  remote.git(["update-ref", ref, hash]);
  return hash;
}

test("asks nobody when a commit names the number", async () => {
  await using host = await openHost();

  const answer = await findFix({ ...host.options, query: "#5" });

  expect(answer).toMatchObject({ commit: host.remote.hash("named"), confidence: "certain" });
  expect(host.server.requests).toEqual([]);
});

test("asks the host what closed an issue that no commit names", async () => {
  await using host = await openHost({ [`${issues}/8`]: { json: { number: 8, state: "closed" } } });
  const timeline = [{ event: "closed", commit_id: host.remote.hash("unnamed") }];
  host.server.routes.set(`${issues}/8/timeline?per_page=100&page=1`, { json: timeline });

  const answer = await findFix({ ...host.options, query: `${repo}/issues/8` });

  expect(answer).toMatchObject({ commit: host.remote.hash("unnamed"), confidence: "certain" });
  expect(answer.packages[0]?.first.stable).toBe("v1.1.0");
});

test("asks the host what became of a pull request whose head is not in the history", async () => {
  await using host = await openHost();
  addRef(host.remote, "refs/pull/9/head");
  const facts = { number: 9, state: "closed", merged: true, merge_commit_sha: host.remote.hash("unnamed") };
  host.server.routes.set(`${pulls}/9`, { json: facts });

  const answer = await findFix({ ...host.options, query: "#9" });

  expect(answer).toMatchObject({ commit: host.remote.hash("unnamed"), confidence: "certain" });
});

test("needs no host for a pull request whose head was merged as it was", async () => {
  await using host = await openHost();
  host.remote.git(["update-ref", "refs/pull/9/head", host.remote.hash("unnamed")]);

  const answer = await findFix({ ...host.options, query: "#9" });

  expect(answer).toMatchObject({ commit: host.remote.hash("unnamed"), confidence: "certain" });
  expect(host.server.requests).toEqual([]);
});

test.for<readonly [string, TestAnswer, RegExp]>([
  [
    "was closed unmerged",
    { json: { number: 9, state: "closed" } },
    /^pull request #9 was closed without being merged$/,
  ],
  ["is not told about", { status: 429, headers: { "retry-after": "60" }, json: {} }, /no more questions until/],
  ["is asked about in vain", "hang up", /gave no answer/],
])("gives the head of a pull request that %s as no more than possible, with the reason", async ([, answer, reason]) => {
  await using host = await openHost({ [`${pulls}/9`]: answer });
  const head = addRef(host.remote, "refs/pull/9/head");

  const found = await findFix({ ...host.options, query: "#9" });

  expect(found).toMatchObject({ commit: head, confidence: "possible" });
  expect(found.packages[0]?.first.any ?? null).toBeNull();
  expect(host.warnings).toEqual([expect.stringMatching(reason)]);
});

test("says everything that was tried when there is nothing", async () => {
  await using host = await openHost({ [`${pulls}/77`]: { status: 503, json: {} } });

  const finding = findFix({ ...host.options, query: "#77" });

  await expect(finding).rejects.toMatchObject({
    code: "FIXES_COMMIT_NOT_FOUND",
    message: expect.stringMatching(/no commit names it .*answered 503/),
    cause: expect.objectContaining({ code: "FIXES_HOST_FAILED" }),
  });
});

test("says that the commit which the host names is not in the clone", async () => {
  const facts = { number: 77, state: "closed", merged: true, merge_commit_sha: "d".repeat(40) };
  await using host = await openHost({ [`${pulls}/77`]: { json: facts } });

  await expect(findFix({ ...host.options, query: "#77" })).rejects.toThrow(/commit d{40}, .* is not in the clone/);
});

test("asks nobody offline", async () => {
  await using host = await openHost();
  await findFix({ ...host.options, query: "#5" });
  host.cache.takeFetches();

  const number = findFix({ ...host.options, query: "#77", offline: true });
  await expect(number).rejects.toMatchObject({ code: "FIXES_COMMIT_NOT_FOUND" });
  const hash = findFix({ ...host.options, query: "d".repeat(40), offline: true });
  await expect(hash).rejects.toMatchObject({ code: "FIXES_COMMIT_NOT_FOUND" });

  expect(host.server.requests).toEqual([]);
  expect(host.cache.takeFetches()).toEqual([]);
});

test("does not take a number of another repository for one of this", async () => {
  await using host = await openHost();
  const elsewhere = "https://github.com/another/tool/pull/5";

  const missing = findFix({ ...host.options, query: elsewhere });
  await expect(missing).rejects.toThrow(/it is a number of another\/tool, and the repository is another/);
  const facts = { number: 5, state: "closed", merged: true, merge_commit_sha: host.remote.hash("unnamed") };
  host.server.routes.set("/repos/another/tool/pulls/5", { json: facts });
  const answer = await findFix({ ...host.options, query: elsewhere });

  expect(answer.commit).toBe(host.remote.hash("unnamed"));
});

test.for(["!3", "https://git.example.org/a/tool/-/merge_requests/3"])(
  "fetches the head of the merge request %s",
  async (query) => {
    await using host = await openHost();
    host.remote.git(["update-ref", "refs/merge-requests/3/head", host.remote.hash("unnamed")]);

    const answer = await findFix({ ...host.options, repo: host.remote.url, query });

    expect(answer).toMatchObject({ commit: host.remote.hash("unnamed"), confidence: "certain" });
  },
);

test("does not take an issue for the merge request of the same number", async () => {
  await using host = await openHost();
  host.remote.git(["update-ref", "refs/merge-requests/3/head", host.remote.hash("unnamed")]);
  const query = "https://git.example.org/a/tool/-/issues/3";

  const finding = findFix({ ...host.options, repo: host.remote.url, query });

  await expect(finding).rejects.toMatchObject({ code: "FIXES_COMMIT_NOT_FOUND" });
  expect(host.cache.takeFetches()).toHaveLength(1);
});

test("fetches a commit that no branch reaches when it is named in full", async () => {
  await using host = await openHost();
  const hash = addRef(host.remote, "refs/pull/9/head");

  const answer = await findFix({ ...host.options, query: hash });

  expect(answer).toMatchObject({ commit: hash, confidence: "certain" });
  expect(answer.packages[0]?.first.any).toBeNull();
});

test("asks about the repository that a fork was made from", async () => {
  await using host = await openHost();
  host.remote.git(["config", "remote.origin.url", "git@github.com:me/tool.git"]);
  host.remote.git(["config", "remote.upstream.url", `${repo}.git`]);
  const facts = { number: 9, state: "closed", merged: true, merge_commit_sha: host.remote.hash("unnamed") };
  host.server.routes.set(`${pulls}/9`, { json: facts });

  const answer = await findFix({ ...host.options, repo: host.remote.dir, query: "#9" });

  expect(answer.commit).toBe(host.remote.hash("unnamed"));
});

test.for([
  ["api.example.org", "", /no URL of an API/],
  ["https://", "", /no URL of an API/],
  ["http://api.example.org", "secret", /token would be readable/],
] as const)("refuses to ask at %s with the token %j", async ([apiUrl, token, message]) => {
  await using host = await openHost();

  const finding = findFix({ ...host.options, apiUrl, token, query: "#5" });

  await expect(finding).rejects.toMatchObject({
    code: "FIXES_URL_REFUSED",
    message: expect.stringMatching(message),
  });
});
