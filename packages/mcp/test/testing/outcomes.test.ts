import { runVirtually } from "@holdfast/concurrency/testing";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { type McpConnection, openMcpConnection } from "../../src/index.ts";
import {
  createFaultyServer,
  type InProcessFaultName,
  type McpFaultName,
  mcpFaults,
  type McpServerCounts,
  openFaultyHttpServer,
} from "../../src/testing/index.ts";
import { soon } from "../fixtures/soon.ts";

/** What came of a call: "result", or the code of its error. */
interface Outcome {
  readonly code: string;
  readonly mayHaveRun: boolean;
  readonly counts: McpServerCounts;
}

const names = Object.keys(mcpFaults) as McpFaultName[];
const inProcessNames = names.filter((fault) => !mcpFaults[fault].httpOnly) as InProcessFaultName[];
/** These end with a time limit alone, which is therefore short. */
const endless: ReadonlySet<McpFaultName> = new Set([
  "hang",
  "initialize-hang",
  "late-answer",
  "sse-keep-alive-only",
  "stall-mid-body",
]);
const limits = (fault: McpFaultName): { callTimeout: number; connectTimeout: number } => ({
  callTimeout: endless.has(fault) ? 500 : 10_000,
  connectTimeout: fault === "initialize-hang" ? 500 : 10_000,
});
const script = { delay: 10, size: 100_000, count: 20 };

async function settle(open: () => Promise<McpConnection>, counts: () => McpServerCounts): Promise<Outcome> {
  try {
    await using connection = await open();
    await connection.listTools();
    const { structuredContent, content } = await connection.callTool("sum", { a: 1, b: 2 });
    expect(structuredContent ?? content).toBeDefined();
    return { code: "result", mayHaveRun: true, counts: counts() };
  } catch (error) {
    const { code, mayHaveRun } = error as { code: string; mayHaveRun: boolean };
    return { code, mayHaveRun, counts: counts() };
  }
}

async function overHttp(fault: McpFaultName, answers: "json" | "sse"): Promise<Outcome> {
  await using server = await openFaultyHttpServer({ answers, faults: [{ fault, ...script }] });
  const outcome = await settle(
    () => openMcpConnection({ url: server.url, protocol: "legacy", ...limits(fault) }),
    () => server.counts(),
  );
  await expect.poll(() => server.counts(), soon).toMatchObject({ inFlight: 0, streamsOpen: 0 });
  return outcome;
}

function inProcess(fault: InProcessFaultName): Promise<Outcome> {
  return runVirtually(async (runtime) => {
    const server = createFaultyServer({ runtime, faults: [{ fault, ...script }] });
    return await settle(
      () => openMcpConnection({ open: () => server.connect(), protocol: "legacy", ...limits(fault) }),
      () => server.counts(),
    );
  });
}

const both = ["json", "sse"] as const;

test.each<[McpFaultName, string, readonly ("json" | "sse")[]]>([
  ["accept-then-close", "MCP_OPEN_FAILED", both],
  ["accepted-202", "MCP_PROTOCOL", both],
  ["broken-output", "MCP_PROTOCOL", both],
  ["delete-refused", "result", both],
  ["duplicate-answer", "result", both],
  ["empty-200", "MCP_PROTOCOL", both],
  ["get-drops", "result", both],
  ["get-hangs", "result", both],
  ["get-refused", "result", both],
  ["hang", "MCP_CALL_TIMEOUT", both],
  ["http-500", "MCP_PROTOCOL", both],
  ["http-502", "MCP_PROTOCOL", both],
  ["http-503", "MCP_PROTOCOL", both],
  ["huge-answer", "result", both],
  ["initialize-closes", "MCP_OPEN_FAILED", both],
  ["initialize-error", "MCP_OPEN_FAILED", both],
  ["initialize-hang", "MCP_OPEN_FAILED", both],
  ["initialize-version", "MCP_OPEN_FAILED", both],
  ["json-reset", "MCP_CONNECTION_LOST", both],
  ["late-answer", "MCP_CALL_TIMEOUT", both],
  ["list-changed-storm", "result", both],
  ["list-changes", "result", both],
  ["malformed-json", "MCP_PROTOCOL", both],
  ["not-json-rpc", "MCP_PROTOCOL", both],
  ["progress-flood", "result", both],
  ["redirect-elsewhere", "MCP_PROTOCOL", both],
  ["reset-before-headers", "MCP_CONNECTION_LOST", both],
  ["server-restarted", "MCP_CONNECTION_LOST", both],
  ["session-forgotten", "result", both],
  ["session-gone", "result", both],
  ["slow-answer", "result", both],
  ["sse-end", "MCP_CONNECTION_LOST", both],
  ["sse-keep-alive-only", "MCP_CALL_TIMEOUT", both],
  ["sse-no-blank-line", "MCP_CONNECTION_LOST", both],
  ["sse-no-resume", "MCP_CONNECTION_LOST", both],
  ["sse-reset", "MCP_CONNECTION_LOST", both],
  ["sse-resumable", "result", both],
  ["stall-mid-body", "MCP_CALL_TIMEOUT", both],
  ["truncated-json", "MCP_PROTOCOL", both],
  ["unexpected-content-type", "MCP_PROTOCOL", both],
  ["wrong-id", "MCP_PROTOCOL", ["json"]],
  ["wrong-id", "MCP_CONNECTION_LOST", ["sse"]],
])("over HTTP, %s ends a call with %s", async (fault, code, forms) => {
  const outcomes = await Promise.all(forms.map((answers) => overHttp(fault, answers)));

  expect(outcomes.map((outcome) => outcome.code)).toEqual(forms.map(() => code));
});

test.each<[InProcessFaultName, string]>([
  ["broken-output", "MCP_PROTOCOL"],
  ["duplicate-answer", "result"],
  ["hang", "MCP_CALL_TIMEOUT"],
  ["http-500", "MCP_PROTOCOL"],
  ["http-502", "MCP_PROTOCOL"],
  ["huge-answer", "result"],
  ["initialize-closes", "MCP_OPEN_FAILED"],
  ["initialize-error", "MCP_OPEN_FAILED"],
  ["initialize-hang", "MCP_OPEN_FAILED"],
  ["initialize-version", "MCP_OPEN_FAILED"],
  ["late-answer", "MCP_CALL_TIMEOUT"],
  ["list-changed-storm", "result"],
  ["list-changes", "result"],
  ["malformed-json", "MCP_PROTOCOL"],
  ["not-json-rpc", "MCP_PROTOCOL"],
  ["progress-flood", "result"],
  ["reset-before-headers", "MCP_CONNECTION_LOST"],
  ["server-restarted", "MCP_CONNECTION_LOST"],
  ["session-forgotten", "result"],
  ["session-gone", "result"],
  ["slow-answer", "result"],
  ["sse-end", "MCP_CONNECTION_LOST"],
  ["wrong-id", "MCP_CALL_TIMEOUT"],
])("in process, %s ends a call with %s", async (fault, code) => {
  expect(await inProcess(fault)).toMatchObject({ code });
});

test(covers("MT-9"), async () => {
  const outcomes: Outcome[] = [];
  for (const fault of inProcessNames) outcomes.push(await inProcess(fault));
  for (const answers of both) {
    outcomes.push(...(await Promise.all(names.map((fault) => overHttp(fault, answers)))));
  }

  const runs = outcomes.map(({ counts }) => counts.executed["sum"] ?? 0);
  expect(outcomes.filter(({ mayHaveRun }, index) => runs[index] === 1 && !mayHaveRun)).toEqual([]);
  expect(Math.max(...runs)).toBe(1);
  expect(outcomes.flatMap(({ counts }) => counts.executedTwice)).toEqual([]);
});

test("a redirect to another origin is not followed, with whatever headers the connection has", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "redirect-elsewhere", times: Infinity }] });
  await using connection = await openMcpConnection({ url: server.url, headers: { authorization: "Bearer secret" } });

  await expect(connection.callTool("echo")).rejects.toMatchObject({ code: "MCP_PROTOCOL" });
  expect(server.counts()).toMatchObject({ elsewhere: 0, executed: {} });
});

test("a handshake whose last message is refused is no connection, over HTTP and in process", async () => {
  const fault = { fault: "http-503", on: "notifications/initialized" } as const;
  await using server = await openFaultyHttpServer({ faults: [fault] });
  const near = createFaultyServer({ faults: [fault] });

  const openings = await Promise.allSettled([
    openMcpConnection({ url: server.url, protocol: "legacy" }),
    openMcpConnection({ open: () => near.connect(), protocol: "legacy" }),
  ]);

  expect(openings).toMatchObject([
    { status: "rejected", reason: { code: "MCP_OPEN_FAILED" } },
    { status: "rejected", reason: { code: "MCP_OPEN_FAILED" } },
  ]);
});

test("a stream of notifications and an end of the session that are refused disturb no call", async () => {
  const faults = [
    { fault: "http-500", on: "GET", times: Infinity },
    { fault: "http-502", on: "DELETE" },
  ] as const;
  await using server = await openFaultyHttpServer({ faults });
  await using connection = await openMcpConnection({ url: server.url, protocol: "legacy" });

  await connection.callTool("echo", { text: "a" });
  await connection.close();

  expect(server.counts()).toMatchObject({ executed: { echo: 1 }, deletes: 0, streamsOpen: 0 });
});

test("after a restart the next call opens a new session, and sees the new state", async () => {
  await using server = await openFaultyHttpServer({ tools: { epoch: (_args, { epoch }) => String(epoch) } });
  await using connection = await openMcpConnection({ url: server.url, protocol: "legacy" });
  server.inject({ fault: "server-restarted", tool: "epoch" });

  const lost = await connection.callTool("epoch").catch((error: unknown) => error);
  const { content } = await connection.callTool("epoch");

  expect(lost).toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
  expect(content).toEqual([{ type: "text", text: "2" }]);
  expect(server.counts()).toMatchObject({ initializes: 2, executed: { epoch: 2 } });
});

test("ten calls on a forgotten session make one handshake, and each runs once", async () => {
  const counts = await runVirtually(async (runtime) => {
    const server = createFaultyServer({ runtime });
    await using connection = await openMcpConnection({ open: () => server.connect(), protocol: "legacy" });
    server.forgetSessions();
    await Promise.all(Array.from({ length: 10 }, (_, text) => connection.callTool("echo", { text })));
    return server.counts();
  });

  expect(counts).toMatchObject({ initializes: 2, executed: { echo: 10 }, executedTwice: [] });
});
