import { expect, test } from "vitest";
import { askGitHub } from "../../src/host/github.ts";
import { HostApi } from "../../src/host/host-request.ts";
import { openTestServer, type TestAnswer } from "../test-server.ts";

const repository = "owner/tool";
const repos = `/repos/${repository}`;
const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];

function merged(number: number, commit: string): TestAnswer {
  return { json: { number, state: "closed", merged: true, merge_commit_sha: commit } };
}

/** A reference from a pull request, as a timeline has it. */
function reference(number: number, body: string, mergedAt: string | null): unknown {
  const issue = { number, body, pull_request: { merged_at: mergedAt }, repository: { full_name: repository } };
  return { event: "cross-referenced", source: { issue } };
}

function issueRoutes(state: string, timeline: readonly unknown[]): Record<string, TestAnswer> {
  return {
    [`${repos}/issues/5`]: { json: { number: 5, state, repository_url: `https://api.example.org${repos}` } },
    [`${repos}/issues/5/timeline?per_page=100&page=1`]: { json: timeline },
  };
}

async function ask(routes: Record<string, TestAnswer>, token?: string) {
  await using server = await openTestServer(routes);
  const finding = await askGitHub(new HostApi({ apiUrl: server.url, token }), { repository, number: 5 });
  return { ...finding, requests: server.requests };
}

test.for<readonly [string, unknown, unknown]>([
  [
    "merged",
    { state: "closed", merged: true, merge_commit_sha: a },
    { commits: [{ hash: a, confidence: "certain" }], notes: [] },
  ],
  [
    "closed without being merged",
    { state: "closed", merged: false, merge_commit_sha: a },
    { commits: [], notes: ["pull request #5 was closed without being merged"] },
  ],
  [
    "open",
    { state: "open", merged: false, merge_commit_sha: a },
    { commits: [], notes: ["pull request #5 is still open"] },
  ],
])("tells without a token what became of a pull request that is %s", async ([, facts, expected]) => {
  const finding = await ask({ [`${repos}/pulls/5`]: { json: { number: 5, ...(facts as object) } } });

  expect(finding).toMatchObject(expected as object);
  expect(finding.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test("trusts what closed an issue most, then what says so, then what mentions it", async () => {
  const timeline = [
    { event: "referenced", commit_id: c },
    reference(7, "Fixes #5", "2026-01-01T00:00:00Z"),
    { event: "closed", commit_id: a },
  ];

  const finding = await ask({ ...issueRoutes("closed", timeline), [`${repos}/pulls/7`]: merged(7, b) });

  expect(finding.commits).toEqual([
    { hash: a, confidence: "certain" },
    { hash: b, confidence: "likely" },
    { hash: c, confidence: "possible" },
  ]);
  expect(finding.notes).toEqual(["several changes are connected with issue #5"]);
});

test("takes a mention in a merged pull request for no more than possible, and #55 for no mention of #5", async () => {
  const timeline = [reference(7, "Fixes #55; see #5", "2026-01-01T00:00:00Z"), { event: "closed", commit_id: null }];

  const finding = await ask({ ...issueRoutes("closed", timeline), [`${repos}/pulls/7`]: merged(7, b) });

  expect(finding.commits).toEqual([{ hash: b, confidence: "possible" }]);
});

test("of equally trusted changes prefers the later one", async () => {
  const timeline = [reference(7, "Fixes #5", "2026-01-01T00:00:00Z"), reference(8, "Fixes #5", "2026-02-01T00:00:00Z")];
  const routes = { [`${repos}/pulls/7`]: merged(7, a), [`${repos}/pulls/8`]: merged(8, b) };

  const finding = await ask({ ...issueRoutes("closed", timeline), ...routes });

  expect(finding.commits.map(({ hash }) => hash)).toEqual([b, a]);
});

test("trusts the last closing most, for the issue was opened again after the first", async () => {
  const timeline = [{ event: "closed", commit_id: a }, { event: "reopened" }, { event: "closed", commit_id: b }];

  const finding = await ask(issueRoutes("closed", timeline));

  expect(finding.commits).toEqual([
    { hash: b, confidence: "certain" },
    { hash: a, confidence: "likely" },
  ]);
});

test("takes nothing for more than possible while the issue is open", async () => {
  const finding = await ask(issueRoutes("open", [{ event: "closed", commit_id: a }, { event: "reopened" }]));

  expect(finding.commits).toEqual([{ hash: a, confidence: "possible" }]);
  expect(finding.notes).toEqual(["issue #5 is still open"]);
});

test("does not follow a pull request that was to close the issue and was not merged", async () => {
  const finding = await ask(issueRoutes("closed", [reference(7, "closes #5", null)]));

  expect(finding.commits).toEqual([]);
  expect(finding.notes).toEqual([
    "pull request #7, which is to close it, is not merged",
    "no merged change is connected with issue #5",
  ]);
});

test("reads a long timeline to its end", async () => {
  const page = Array.from({ length: 100 }, () => ({ event: "commented" }));
  const routes = {
    ...issueRoutes("closed", page),
    [`${repos}/issues/5/timeline?per_page=100&page=2`]: { json: [{ event: "closed", commit_id: a }] },
  };

  const finding = await ask(routes);

  expect(finding.commits).toEqual([{ hash: a, confidence: "certain" }]);
});

test("says where an issue was moved to, and looks there", async () => {
  const finding = await ask({
    [`${repos}/issues/5`]: { json: { number: 9, state: "closed", repository_url: "https://x/repos/owner/other" } },
    "/repos/owner/other/issues/9/timeline?per_page=100&page=1": { json: [{ event: "closed", commit_id: a }] },
  });

  expect(finding.commits).toEqual([{ hash: a, confidence: "certain" }]);
  expect(finding.notes).toEqual(["issue #5 was moved to owner/other#9"]);
});

test("says that there is no such number", async () => {
  const finding = await ask({});

  expect(finding).toMatchObject({
    commits: [],
    notes: ["owner/tool has no pull request and no issue #5, or shows it only to those with a token"],
  });
});

const pull = (number: number, commit: string, more = {}): unknown => {
  return { __typename: "PullRequest", number, state: "MERGED", mergeCommit: { oid: commit }, ...more };
};

function graph(about: unknown): Record<string, TestAnswer> {
  return { "POST /graphql": { json: { data: { repository: { issueOrPullRequest: about } } } } };
}

test("asks once with a token, in its name", async () => {
  const about = {
    __typename: "Issue",
    issueState: "CLOSED",
    closedByPullRequestsReferences: { nodes: [pull(8, b)] },
    timelineItems: {
      nodes: [
        { __typename: "CrossReferencedEvent", source: pull(7, c, { body: "see #5" }) },
        { __typename: "ClosedEvent", closer: pull(6, a) },
      ],
    },
  };

  const { commits, requests } = await ask(graph(about), "secret");

  expect(commits).toEqual([
    { hash: a, confidence: "certain" },
    { hash: b, confidence: "likely" },
    { hash: c, confidence: "possible" },
  ]);
  expect(requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([["/graphql", "Bearer secret"]]);
  expect(JSON.parse(requests[0]?.body ?? "")).toMatchObject({
    variables: { owner: "owner", name: "tool", number: 5 },
  });
});

test.for<readonly [string, unknown, unknown]>([
  ["a merged pull request", pull(5, a), { commits: [{ hash: a, confidence: "certain" }], notes: [] }],
  [
    "an open pull request",
    { __typename: "PullRequest", number: 5, state: "OPEN", mergeCommit: null },
    { commits: [], notes: ["pull request #5 is still open"] },
  ],
  [
    "an issue that a commit closed",
    {
      __typename: "Issue",
      issueState: "CLOSED",
      timelineItems: { nodes: [{ __typename: "ClosedEvent", closer: { __typename: "Commit", oid: a } }] },
    },
    { commits: [{ hash: a, confidence: "certain" }], notes: [] },
  ],
  [
    "an issue that was closed by hand after a commit had closed it",
    {
      __typename: "Issue",
      issueState: "CLOSED",
      timelineItems: {
        nodes: [
          { __typename: "ClosedEvent", closer: { __typename: "Commit", oid: a } },
          { __typename: "ClosedEvent", closer: null },
        ],
      },
    },
    { commits: [{ hash: a, confidence: "likely" }], notes: [] },
  ],
  [
    "an issue that is open again",
    {
      __typename: "Issue",
      issueState: "OPEN",
      timelineItems: { nodes: [{ __typename: "ClosedEvent", closer: { __typename: "Commit", oid: a } }] },
    },
    { commits: [{ hash: a, confidence: "possible" }], notes: ["issue #5 is still open"] },
  ],
  ["nothing", null, { commits: [], notes: ["owner/tool has no pull request and no issue #5"] }],
])("tells with a token what became of %s", async ([, about, expected]) => {
  expect(await ask(graph(about), "secret")).toMatchObject(expected as object);
});

test("takes the word that there is nothing for an answer", async () => {
  const json = { data: { repository: null }, errors: [{ type: "NOT_FOUND", message: "no" }] };

  const finding = await ask({ "POST /graphql": { json } }, "secret");

  expect(finding.notes).toEqual(["owner/tool has no pull request and no issue #5"]);
});
