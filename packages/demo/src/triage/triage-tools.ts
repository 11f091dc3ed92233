/**
 * The six tools of the triage server: what they take, and how they put their answers.
 *
 * Answers are plain text for a model to read. Times are of the dataset, which ends at one fixed instant.
 *
 * @module
 */
import { McpServer, type CallToolResult, type ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Dataset } from "./dataset.ts";
import { logLevels } from "./logs.ts";
import { metricNames } from "./metrics.ts";
import { runbooks } from "./runbooks.ts";
import { datasetEnd, datasetMinutes, serviceNames, services, type ServiceName } from "./shop.ts";

/** The name of a tool. */
export type TriageToolName =
  | "search_logs"
  | "query_metrics"
  | "list_deploys"
  | "read_runbook"
  | "who_owns"
  | "recent_incidents";

/** Takes the time that a call takes; rejects when the request is cancelled first. */
export type ToolWait = (tool: TriageToolName, request: ServerContext["mcpReq"]) => Promise<void>;

/** Creates an MCP server (one serves one session) whose tools answer from `dataset` after `wait`. */
export function createTriageMcp(dataset: Dataset, wait: ToolWait): McpServer {
  const server = new McpServer(
    { name: "triage", version: "1.0.0" },
    { instructions: `Logs, metrics, deploys, runbooks and owners of a shop. It is ${stamp(datasetEnd)}.` },
  );
  const annotations = { readOnlyHint: true, openWorldHint: false };
  const answering =
    <Question>(tool: TriageToolName, answer: (question: Question) => string) =>
    async (question: Question, { mcpReq }: ServerContext): Promise<CallToolResult> => {
      await wait(tool, mcpReq);
      // What answer() throws becomes a result with isError: the model reads why, and can ask again.
      return { content: [{ type: "text", text: answer(question) }] };
    };

  server.registerTool(
    "search_logs",
    {
      description: "Search the log lines of a service: the newest that contain a text, at a level or above.",
      inputSchema: z.strictObject({
        service,
        query: z.string().max(200).default("").describe("text that a line must contain, in any case; empty: all"),
        level: z.enum(logLevels).default("info").describe("the least urgent level wanted"),
        minutes: minutes(60),
        limit: limit(20, 100),
      }),
      annotations,
    },
    answering("search_logs", (question: LogQuestion) => searchLogs(dataset, question)),
  );
  server.registerTool(
    "query_metrics",
    {
      description: "Read one metric of a service over the last minutes, with its usual value before that.",
      inputSchema: z.strictObject({ service, metric: z.enum(metricNames), minutes: minutes(60) }),
      annotations,
    },
    answering("query_metrics", (question: MetricQuestion) => queryMetrics(dataset, question)),
  );
  server.registerTool(
    "list_deploys",
    {
      description: "List the deploys of one service or of all, newest first.",
      inputSchema: z.strictObject({
        service: service.optional(),
        hours: z.int().min(1).max(deployHours).default(24).describe("how far to look back"),
        limit: limit(10, 60),
      }),
      annotations,
    },
    answering("list_deploys", (question: DeployQuestion) => listDeploys(dataset, question)),
  );
  server.registerTool(
    "read_runbook",
    {
      description: "Read what a service's team wrote for the case that it is in trouble.",
      inputSchema: z.strictObject({ service }),
      annotations,
    },
    answering("read_runbook", (question: ServiceQuestion) => readRunbook(question.service)),
  );
  server.registerTool(
    "who_owns",
    {
      description: "Look up a service's team, who is on call, and what the service depends on.",
      inputSchema: z.strictObject({ service }),
      annotations,
    },
    answering("who_owns", (question: ServiceQuestion) => whoOwns(question.service)),
  );
  server.registerTool(
    "recent_incidents",
    {
      description: "List the incidents of one service or of all, newest first, with what was found.",
      inputSchema: z.strictObject({
        service: service.optional(),
        open: z.boolean().default(false).describe("only those that are open"),
        limit: limit(5, 30),
      }),
      annotations,
    },
    answering("recent_incidents", (question: IncidentQuestion) => recentIncidents(dataset, question)),
  );
  return server;
}

/** Two weeks: as far back as the deploys go. */
const deployHours = 14 * 24;

const service = z.enum(serviceNames).describe("name of the service");
const minutes = (usual: number): z.ZodDefault<z.ZodInt> =>
  z.int().min(1).max(datasetMinutes).default(usual).describe("how far to look back");
const limit = (usual: number, most: number): z.ZodDefault<z.ZodInt> =>
  z.int().min(1).max(most).default(usual).describe("how many at most");

/** A question that the records cannot answer; its message goes to the model. */
class AnswerError extends Error {}

interface ServiceQuestion {
  readonly service: ServiceName;
}

interface LogQuestion extends ServiceQuestion {
  readonly query: string;
  readonly level: (typeof logLevels)[number];
  readonly minutes: number;
  readonly limit: number;
}

function searchLogs({ logs }: Dataset, question: LogQuestion): string {
  const since = datasetEnd - question.minutes * minuteMs;
  const levels = logLevels.slice(logLevels.indexOf(question.level));
  const query = question.query.toLowerCase();
  const found = logs.filter(
    (line) =>
      line.service === question.service &&
      line.at >= since &&
      levels.includes(line.level) &&
      line.message.toLowerCase().includes(query),
  );
  const shown = found.slice(-question.limit);
  const counts = levels.map((level) => `${found.filter((line) => line.level === level).length} ${level}`);
  const lines = shown.map((line) => `${clock(line.at, 12)} ${line.level} ${line.instance} ${line.message}`);
  return [
    `${question.service}, ${question.minutes} minutes to ${stamp(datasetEnd)}: ${plural(found.length, "line")} (${counts.join(", ")})${
      shown.length < found.length ? `; the newest ${shown.length}` : ""
    }`,
    ...lines,
  ].join("\n");
}

interface MetricQuestion extends ServiceQuestion {
  readonly metric: (typeof metricNames)[number];
  readonly minutes: number;
}

function queryMetrics({ metrics }: Dataset, question: MetricQuestion): string {
  const ofService = metrics.get(question.service);
  const series = ofService?.get(question.metric);
  if (series === undefined) {
    const known = [...(ofService?.keys() ?? [])].join(", ");
    throw new AnswerError(`${question.service} has no metric ${question.metric}; it has ${known}`);
  }
  const asked = series.slice(-question.minutes);
  const before = series.slice(-question.minutes - 60, -question.minutes);
  const bucket = Math.ceil(question.minutes / 12);
  const rows: string[] = [];
  for (let from = 0; from < asked.length; from += bucket) {
    const at = datasetEnd - (asked.length - from) * minuteMs;
    rows.push(`${clock(at, 5)} ${figure(mean(asked.slice(from, from + bucket)))}`);
  }
  const summary = `mean ${figure(mean(asked))}, lowest ${figure(Math.min(...asked))}, highest ${figure(Math.max(...asked))}`;
  const usual = before.length === 0 ? "" : `; mean of the ${before.length} minutes before: ${figure(mean(before))}`;
  return [
    `${question.service} ${question.metric}, ${question.minutes} minutes to ${stamp(datasetEnd)}, means of ${plural(bucket, "minute")}`,
    `${summary}${usual}`,
    ...rows,
  ].join("\n");
}

interface DeployQuestion {
  readonly service?: ServiceName | undefined;
  readonly hours: number;
  readonly limit: number;
}

function listDeploys({ deploys }: Dataset, question: DeployQuestion): string {
  const since = datasetEnd - question.hours * 60 * minuteMs;
  const found = deploys.filter((deploy) => deploy.at >= since && isAbout(deploy, question.service));
  return [
    `${question.service ?? "all services"}, ${question.hours} hours to ${stamp(datasetEnd)}: ${plural(found.length, "deploy")}`,
    ...found
      .slice(0, question.limit)
      .map(
        ({ at, service: name, version, commit, author, change }) =>
          `${stamp(at)} ${name} ${version} (${commit}, ${author}): ${change}`,
      ),
  ].join("\n");
}

function readRunbook(name: ServiceName): string {
  const { title, reviewed, paragraphs } = runbooks[name];
  return [title, `reviewed ${reviewed}`, ...paragraphs].join("\n\n");
}

function whoOwns(name: ServiceName): string {
  const { purpose, tier, team, onCall, secondary, channel, calls } = services[name];
  return [
    `${name} (tier ${tier}) ${purpose}`,
    `team: ${team}, ${channel}`,
    `on call: ${onCall}, then ${secondary}`,
    `calls: ${calls.length === 0 ? "no other service" : calls.join(", ")}`,
  ].join("\n");
}

interface IncidentQuestion {
  readonly service?: ServiceName | undefined;
  readonly open: boolean;
  readonly limit: number;
}

function recentIncidents({ incidents }: Dataset, question: IncidentQuestion): string {
  const found = incidents.filter(
    (incident) => isAbout(incident, question.service) && (!question.open || incident.minutes === undefined),
  );
  return [
    `${question.service ?? "all services"}: ${plural(found.length, question.open ? "open incident" : "incident")}`,
    ...found.slice(0, question.limit).map((incident) => {
      const state = incident.minutes === undefined ? "open" : plural(incident.minutes, "minute");
      return `${incident.id} ${stamp(incident.openedAt)} severity ${incident.severity}, ${state}, ${incident.service}: ${incident.title}; ${incident.finding}`;
    }),
  ].join("\n");
}

const minuteMs = 60_000;

function isAbout(record: { readonly service: ServiceName }, asked: ServiceName | undefined): boolean {
  return asked === undefined || record.service === asked;
}

function stamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function clock(time: number, length: 5 | 12): string {
  return new Date(time).toISOString().slice(11, 11 + length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
