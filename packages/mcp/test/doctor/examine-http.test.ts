import { sleep } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { examineMcpServer, McpOpenFailedError } from "../../src/index.ts";
import {
  type FaultyHttpServer,
  type FaultyHttpServerOptions,
  type McpFaultScript,
  openFaultyHttpServer,
  type ScriptedTools,
} from "../../src/testing/index.ts";
import { HttpTestServer } from "../fixtures/http-server.ts";
import { startModernServer } from "../fixtures/modern-http-server.ts";
import { complaints, found, verdicts } from "./rows.ts";

/** Long enough to be cancelled while it runs. */
const tools: ScriptedTools = {
  slow: async ({ text }) => {
    await sleep(60);
    return String(text);
  },
  other: () => "other",
};
const legacy = ["2025-11-25", "2025-06-18", "2025-03-26"];
const call = { tool: "slow", args: { text: "call {n}" }, parallel: 4, timeout: 3_000 };

function openServer(options: FaultyHttpServerOptions = {}): Promise<FaultyHttpServer> {
  return openFaultyHttpServer({ tools, versions: legacy, ...options });
}

/** The test would never end if a socket stayed open. */
async function waitUntilNothingHeld(server: FaultyHttpServer): Promise<void> {
  await server.waitUntil(({ inFlight, streamsOpen, socketsOpen }) => inFlight + streamsOpen + socketsOpen === 0);
}

test.each(["json", "sse"] as const)(
  "finds nothing to complain of in a server that does all as it should (%s)",
  async (answers) => {
    await using server = await openServer({ answers });

    const examination = await examineMcpServer({ url: server.url }, call);

    expect(verdicts(examination)).toEqual({
      open: "ok",
      discover: "ok",
      list: "ok",
      schemas: "ok",
      parallel: "ok",
      answers: "ok",
      cancel: "ok",
      "unknown-tool": "ok",
      stream: "ok",
      expiry: "ok",
      delete: "ok",
      reconnect: "ok",
      close: "ok",
    });
    expect(examination).toMatchObject({
      target: server.url,
      verdict: "ok",
      server: { protocolVersion: "2025-11-25", capabilities: { tools: {} } },
      tools: [
        { name: "slow", readOnly: null, destructive: null, outputSchema: false },
        { name: "other", readOnly: null, destructive: null, outputSchema: false },
      ],
    });
    await waitUntilNothingHeld(server);
    expect(server.counts().sessionsOpen).toBe(0);
  },
);

test.concurrent.each<[string, McpFaultScript, readonly string[]]>([
  ["lets its calls hang", { fault: "hang", tool: "slow" }, ["parallel fail"]],
  ["answers twice", { fault: "duplicate-answer", tool: "slow" }, ["answers warn"]],
  ["answers nobody", { fault: "wrong-id", tool: "slow" }, ["parallel fail", "answers fail"]],
  ["drops the answers of calls", { fault: "sse-reset", tool: "slow" }, ["parallel fail"]],
  ["refuses to hear of a cancellation", { fault: "http-500", on: "notifications/cancelled" }, ["cancel warn"]],
  [
    "forgets the session of who cancels",
    { fault: "session-forgotten", on: "notifications/cancelled" },
    ["cancel fail"],
  ],
  ["fails on a misspelt tool", { fault: "http-500", tool: "holdfast-doctor-no-such-tool" }, ["unknown-tool fail"]],
  ["drops its stream at once", { fault: "get-drops" }, ["stream warn"]],
  ["never begins its stream", { fault: "get-hangs" }, ["stream warn"]],
  ["fails on its stream", { fault: "http-500", on: "GET" }, ["stream warn"]],
  ["has no stream", { fault: "get-refused" }, []],
  ["lets nobody end a session", { fault: "delete-refused" }, []],
  // The first list is the connection's own; the second names a session that was made up.
  [
    "answers 400 for a forgotten session",
    { fault: "session-refused", on: "tools/list", after: 1, times: 1 },
    ["expiry fail"],
  ],
  [
    "answers 410 for a forgotten session",
    { fault: "session-gone", on: "tools/list", after: 1, times: 1 },
    ["expiry warn"],
  ],
  // Before it, the sessions of two other rows are ended; after it, two of the connection that comes back.
  ["fails on the end of a session", { fault: "http-500", on: "DELETE", after: 2, times: 1 }, ["delete warn"]],
  ["fails on the end of the last session", { fault: "http-500", on: "DELETE", after: 5, times: 1 }, ["close warn"]],
  // The third looks whether an ended session goes on, and the fourth is refused in one.
  ["fails after it has forgotten a session", { fault: "http-500", on: "tools/list", after: 4 }, ["reconnect fail"]],
])(`${covers("DR-3")} (one that %s)`, async (_what, script, expected) => {
  await using server = await openServer({ faults: [{ times: Infinity, ...script }] });

  const examination = await examineMcpServer({ url: server.url }, { ...call, timeout: 1_000 });

  expect(complaints(examination)).toEqual(expected);
  await waitUntilNothingHeld(server);
});

test("complains of a server that does not answer whether it is of the new revision, and of nothing else", async () => {
  const versions = ["2026-07-28", ...legacy];
  await using server = await openServer({
    versions,
    faults: [{ fault: "hang", on: "server/discover", times: Infinity }],
  });

  const examination = await examineMcpServer({ url: server.url }, { ...call, timeout: 1_000 });

  expect(complaints(examination)).toEqual(["discover warn"]);
});

test("complains of schemas that do not compile, and names the first", async () => {
  const outputSchema = { type: "object" as const, properties: { sum: { type: "nonsense" } } };
  await using server = await openServer({ tools: { ...tools, odd: { run: () => "", outputSchema } } });

  const examination = await examineMcpServer({ url: server.url }, call);

  expect(complaints(examination)).toEqual(["schemas fail"]);
  expect(found(examination, "schemas")).toMatch(/^1 of 4 do not compile: the output schema of "odd": .*nonsense/);
});

test("complains of answers that are another call's, when the arguments have a number in them", async () => {
  let last = "";
  const mixed: ScriptedTools = {
    slow: async ({ text }) => {
      const previous = last;
      last = String(text);
      await sleep(60);
      return previous;
    },
  };
  await using server = await openServer({ tools: mixed });

  const told = await examineMcpServer({ url: server.url }, call);
  const untold = await examineMcpServer({ url: server.url }, { ...call, args: { text: "same" } });

  expect(complaints(told)).toEqual(["answers fail"]);
  expect(complaints(untold)).toEqual([]);
  expect(found(untold, "answers")).toContain("{n}");
});

test("makes a session one that the server does not know, where it lets nobody end it", async () => {
  await using server = await openServer({ faults: [{ fault: "delete-refused", times: Infinity }] });

  const examination = await examineMcpServer({ url: server.url });

  expect(found(examination, "reconnect")).toMatch(/^a session that it does not know was named; a new one was opened/);
});

test("says that a tool says it failed", async () => {
  const failing: ScriptedTools = { slow: () => Promise.reject(new Error("bad arguments")) };
  await using server = await openServer({ tools: failing });

  const examination = await examineMcpServer({ url: server.url }, call);

  expect(complaints(examination)).toEqual(["parallel warn"]);
});

test("complains of a misspelt tool that gives a result", async () => {
  await using server = await HttpTestServer.start();
  server.handle((request, response, body) => {
    const { id, method, params } = JSON.parse(body || "{}") as {
      id?: number;
      method?: string;
      params?: { protocolVersion: string };
    };
    const serverInfo = { name: "played", version: "1.0.0" };
    const results: Record<string, object> = {
      initialize: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo },
      "tools/list": { tools: [{ name: "only", inputSchema: { type: "object" } }] },
      "tools/call": { content: [] },
    };
    const result = results[method ?? ""];
    if (request.method !== "POST") response.writeHead(405).end();
    else if (id === undefined) response.writeHead(202).end();
    else if (result === undefined) response.writeHead(400).end();
    else response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });

  const examination = await examineMcpServer({ url: server.url });

  expect(complaints(examination)).toEqual(["unknown-tool warn"]);
  expect(verdicts(examination)).toMatchObject({ expiry: "skipped", delete: "skipped", reconnect: "skipped" });
});

test(covers("DR-1"), async () => {
  await using server = await openServer();

  const examination = await examineMcpServer({ url: server.url });

  expect(server.counts().executed).toEqual({});
  expect(verdicts(examination)).toMatchObject({ parallel: "ok", cancel: "skipped", close: "ok" });
  expect(examination.verdict).toBe("ok");
});

test("finds nothing to complain of in a server of the official kit that has sessions", async () => {
  await using server = await HttpTestServer.start();

  const examination = await examineMcpServer({ url: server.url }, { tool: "echo", args: { text: "{n}" } });

  expect(complaints(examination)).toEqual([]);
  expect(examination.server).toMatchObject({ name: "test", protocolVersion: "2025-11-25" });
});

test("finds nothing to complain of in a server of the revision without sessions, and skips what these are for", async () => {
  await using server = await startModernServer();

  const examination = await examineMcpServer({ url: server.url }, { tool: "sleep", args: { ms: 100 } });

  expect(complaints(examination)).toEqual([]);
  expect(examination.server.protocolVersion).toBe("2026-07-28");
  expect(verdicts(examination)).toMatchObject({
    cancel: "ok",
    stream: "skipped",
    expiry: "skipped",
    delete: "skipped",
    reconnect: "skipped",
  });
});

test("asks for lists at the same time in the revision without sessions, when it is told no tool", async () => {
  await using server = await startModernServer();

  const examination = await examineMcpServer({ url: server.url });

  expect(complaints(examination)).toEqual([]);
  expect(verdicts(examination)).toMatchObject({ parallel: "ok", cancel: "skipped" });
});

test("looks at the sessions of a server that has them for clients of older revisions", async () => {
  await using server = await openServer({ versions: ["2026-07-28", ...legacy] });

  const examination = await examineMcpServer({ url: server.url }, call);

  expect(complaints(examination)).toEqual([]);
  expect(examination.server.protocolVersion).toBe("2026-07-28");
  expect(verdicts(examination)).toMatchObject({ cancel: "ok", expiry: "ok", delete: "ok", reconnect: "ok" });
  expect(found(examination, "cancel")).toContain("its stream was closed");
});

test(covers("DR-4"), async () => {
  await using server = await openServer({ faults: [{ fault: "initialize-error", times: Infinity }] });

  const examining = examineMcpServer({ url: server.url });

  await expect(examining).rejects.toThrow(McpOpenFailedError);
  await waitUntilNothingHeld(server);
});

test(covers("DR-2"), async () => {
  await using server = await openServer({ faults: [{ fault: "hang", tool: "slow", times: Infinity }] });
  const controller = new AbortController();
  const reason = new Error("enough");

  const examining = examineMcpServer({ url: server.url }, { ...call, timeout: 60_000, signal: controller.signal });
  examining.catch(() => {});
  await server.waitUntil(({ executed }) => executed["slow"] === 1);
  controller.abort(reason);

  await expect(examining).rejects.toMatchObject({ reason });
  await waitUntilNothingHeld(server);
});

test(`${covers("DR-2")} (a session beside the connection)`, async () => {
  await using server = await openServer({ faults: [{ fault: "get-hangs", times: Infinity }] });
  const controller = new AbortController();

  const examining = examineMcpServer({ url: server.url }, { timeout: 60_000, signal: controller.signal });
  examining.catch(() => {});
  // The first is the connection's own.
  await server.waitUntil(({ received }) => received.filter((method) => method === "GET").length === 2);
  controller.abort();

  await expect(examining).rejects.toMatchObject({ code: "TASK_CANCELLED" });
  await waitUntilNothingHeld(server);
  expect(server.counts().sessionsOpen).toBe(0);
});

test("tells before each check which it is, and out of how many", async () => {
  await using server = await openServer();
  const told: string[] = [];

  const { checks } = await examineMcpServer(
    { url: server.url },
    { onProgress: ({ doing, done, of }) => void told.push(`${doing} ${done} of ${of}`) },
  );

  expect(told).toEqual(checks.map(({ name }, index) => `${name} ${index} of ${checks.length}`));
});

test.each([
  ["what is no URL", { url: "nowhere" }, TypeError],
  ["a time limit that is none", { url: "http://127.0.0.1:9/", timeout: -1 }, RangeError],
  ["a number of calls that is none", { url: "http://127.0.0.1:9/", parallel: 0 }, RangeError],
])("refuses %s before anything is sent", async (_what, { url, ...options }, kind) => {
  await expect(examineMcpServer({ url }, options)).rejects.toThrow(kind);
});
