/**
 * What GitHub knows of a pull request or an issue: in one question with a token, in a few without.
 *
 * @module
 */
import { closes, type Connection, findingOfIssue, findingOfPull, type HostFinding, type PullFacts } from "./finding.ts";
import type { HostApi } from "./host-request.ts";

/** Which number of which repository. */
export interface HostQuestion {
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
}

const pullFields = "number state mergeCommit { oid }";
const text = `query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    issueOrPullRequest(number: $number) {
      __typename
      ... on PullRequest { ${pullFields} }
      ... on Issue {
        issueState: state
        closedByPullRequestsReferences(first: 20, includeClosedPrs: true) { nodes { ${pullFields} } }
        timelineItems(last: 100, itemTypes: [CLOSED_EVENT, CROSS_REFERENCED_EVENT]) {
          nodes {
            __typename
            ... on ClosedEvent { closer { __typename ... on Commit { oid } ... on PullRequest { ${pullFields} } } }
            ... on CrossReferencedEvent { source { __typename ... on PullRequest { ${pullFields} body } } }
          }
        }
      }
    }
  }
}`;
const perPage = 100;
const mostPages = 5;
/** Each costs a question, of which a person without a token has few. */
const mostPulls = 5;

interface GraphPull {
  readonly __typename?: string;
  readonly number: number;
  readonly state: string;
  readonly body?: string;
  readonly mergeCommit: { readonly oid: string } | null;
}

interface GraphAnswer {
  readonly __typename: "PullRequest" | "Issue";
  /** Under a name of its own: one name for values of two types makes the whole question invalid. */
  readonly issueState?: string;
  readonly closedByPullRequestsReferences?: { readonly nodes: readonly (GraphPull | null)[] };
  readonly timelineItems?: { readonly nodes: readonly (GraphEvent | null)[] };
}

interface GraphEvent {
  readonly __typename: string;
  readonly closer?: ({ readonly __typename: string; readonly oid?: string } & Partial<GraphPull>) | null;
  readonly source?: Partial<GraphPull> | null;
}

interface RestPull {
  readonly number: number;
  readonly state: "open" | "closed";
  readonly merged?: boolean;
  /** Of one that is not merged: a trial merge, which is nobody's commit. */
  readonly merge_commit_sha: string | null;
}

interface RestEvent {
  readonly event?: string;
  readonly commit_id?: string | null;
  readonly source?: {
    readonly issue?: {
      readonly number: number;
      readonly body?: string | null;
      readonly pull_request?: { readonly merged_at?: string | null };
      readonly repository?: { readonly full_name?: string };
    };
  };
}

/**
 * Asks which commits a number of a repository stands for.
 *
 * **Cancellation:** an aborted signal ends the request and rejects with its reason.
 *
 * @throws HostError when there is no answer; a number that the host does not have is an answer.
 */
export async function askGitHub(api: HostApi, question: HostQuestion, signal?: AbortSignal): Promise<HostFinding> {
  const found = await (api.hasToken ? askAtOnce : askInSteps)(api, question, signal);
  const hint = api.hasToken ? "" : ", or shows it only to those with a token";
  const missing = `${question.repository} has no pull request and no issue #${question.number}${hint}`;
  return found ?? { commits: [], notes: [missing] };
}

async function askAtOnce(api: HostApi, question: HostQuestion, signal?: AbortSignal): Promise<HostFinding | null> {
  const { number, repository } = question;
  const [owner = "", name = ""] = repository.split("/");
  const data = (await api.query(text, { owner, name, number }, signal)) as {
    readonly repository?: { readonly issueOrPullRequest?: (GraphAnswer & Partial<GraphPull>) | null } | null;
  } | null;
  const about = data?.repository?.issueOrPullRequest;
  if (about === undefined || about === null) return null;
  if (about.__typename === "PullRequest") return findingOfPull(factsOfGraph(about));
  const connections: Connection[] = [];
  const events = about.timelineItems?.nodes ?? [];
  const last = events.findLast((event) => event?.__typename === "ClosedEvent");
  for (const event of events) {
    const { closer, source } = event ?? {};
    const closed = event === last ? "closer" : "reference";
    if (closer?.__typename === "Commit" && closer.oid !== undefined)
      connections.push({ by: closed, commit: closer.oid });
    if (closer?.__typename === "PullRequest") connections.push({ by: closed, pull: factsOfGraph(closer) });
    if (source?.__typename === "PullRequest") {
      const by = closes(source.body ?? "", number) ? "keyword" : "mention";
      connections.push({ by, pull: factsOfGraph(source) });
    }
  }
  for (const pull of about.closedByPullRequestsReferences?.nodes ?? []) {
    if (pull !== null) connections.push({ by: "reference", pull: factsOfGraph(pull) });
  }
  return findingOfIssue(number, { isOpen: about.issueState === "OPEN", connections });
}

async function askInSteps(api: HostApi, question: HostQuestion, signal?: AbortSignal): Promise<HostFinding | null> {
  const { number, repository } = question;
  const pull = await restPull(api, repository, number, signal);
  if (pull !== null) return findingOfPull(pull);
  const issue = (await api.get(`/repos/${repository}/issues/${number}`, signal)) as {
    readonly state?: string;
    readonly number?: number;
    readonly repository_url?: string;
  } | null;
  if (issue === null) return null;
  // A transferred issue is answered from where it is now.
  const place = /\/repos\/([^/]+\/[^/]+)$/.exec(issue.repository_url ?? "")?.[1] ?? repository;
  const now = issue.number ?? number;
  const connections = await restConnections(api, { repository: place, number: now }, signal);
  const finding = findingOfIssue(now, { isOpen: issue.state === "open", connections });
  if (place.toLowerCase() === repository.toLowerCase()) return finding;
  return { ...finding, notes: [`issue #${number} was moved to ${place}#${now}`, ...finding.notes] };
}

async function restPull(
  api: HostApi,
  repository: string,
  number: number,
  signal?: AbortSignal,
): Promise<PullFacts | null> {
  const pull = (await api.get(`/repos/${repository}/pulls/${number}`, signal)) as RestPull | null;
  return pull === null ? null : factsOfRest(pull);
}

async function restConnections(api: HostApi, question: HostQuestion, signal?: AbortSignal): Promise<Connection[]> {
  const { number, repository } = question;
  const events: RestEvent[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const path = `/repos/${repository}/issues/${number}/timeline?per_page=${perPage}&page=${page}`;
    const some = ((await api.get(path, signal)) ?? []) as RestEvent[];
    events.push(...some);
    if (some.length < perPage) break;
  }
  const connections: Connection[] = [];
  const last = events.findLast(({ event }) => event === "closed");
  let asked = 0;
  for (const item of events.toReversed()) {
    const { event, commit_id: commit, source } = item;
    const issue = source?.issue;
    if (event === "closed" && typeof commit === "string")
      connections.push({ by: item === last ? "closer" : "reference", commit });
    if (event === "referenced" && typeof commit === "string") connections.push({ by: "mention", commit });
    if (event !== "cross-referenced" || issue?.pull_request === undefined || asked === mostPulls) continue;
    const by = closes(issue.body ?? "", number) ? "keyword" : "mention";
    const place = issue.repository?.full_name ?? repository;
    // What a pull request became is told only where it is asked for by its own number.
    const isMerged = typeof issue.pull_request.merged_at === "string";
    if (isMerged) asked += 1;
    const pull = isMerged ? await restPull(api, place, issue.number, signal) : null;
    const unmerged: PullFacts = { number: issue.number, state: "closed", mergeCommit: null };
    connections.push({ by, pull: pull ?? unmerged });
  }
  return connections.toReversed();
}

function factsOfGraph(pull: Partial<GraphPull>): PullFacts {
  const state = pull.state === "MERGED" ? "merged" : pull.state === "OPEN" ? "open" : "closed";
  const mergeCommit = pull.mergeCommit?.oid ?? null;
  return { number: pull.number ?? 0, state, mergeCommit };
}

function factsOfRest({ number, state, merged = false, merge_commit_sha: hash }: RestPull): PullFacts {
  return { number, state: merged ? "merged" : state, mergeCommit: hash };
}
