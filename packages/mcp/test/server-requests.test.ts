import { currentTask, taskGroup } from "@holdfast/concurrency";
import { SUBSCRIPTION_ID_META_KEY } from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { expect, test, vi } from "vitest";
import { type McpConnection, type McpLogMessage, type McpProgress, openMcpConnection } from "../src/index.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { startModernServer } from "./fixtures/modern-http-server.ts";
import { discovered, greeting, PlayedServer } from "./fixtures/played-server.ts";
import { soon } from "./fixtures/soon.ts";
import { fixture, textOf } from "./fixtures/stdio.ts";

const modernStdio = { command: process.execPath, args: [fixture("modern-stdio-server.ts"), "both"] };
const schema = { type: "object" as const };

/** Opens the server of 2026-07-28 with everything, over HTTP and over stdio, in both kinds of revision. */
const everything: readonly (readonly [string, () => Promise<AsyncDisposable & { connection: McpConnection }>])[] = [
  ["2026-07-28 over HTTP", () => overHttp("2026-07-28")],
  ["2025-11-25 over HTTP", () => overHttp("2025-11-25")],
  ["2026-07-28 over stdio", () => overStdio("2026-07-28")],
  ["2025-11-25 over stdio", () => overStdio("2025-11-25")],
];

async function overHttp(protocol: "2025-11-25" | "2026-07-28") {
  const server = await startModernServer({ legacy: "stateless" });
  const connection = await openMcpConnection({ url: server.url, protocol });
  return {
    connection,
    async [Symbol.asyncDispose]() {
      await connection.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function overStdio(protocol: "2025-11-25" | "2026-07-28") {
  const connection = await openMcpConnection({ ...modernStdio, protocol });
  return { connection, [Symbol.asyncDispose]: () => connection.close() };
}

test("says what the server says of itself, frozen, also in a lease; a lazy connection is opened for it", async () => {
  const server = PlayedServer.greeting(() => {});
  await using connection = await openMcpConnection({ open: () => server.connect(), lazy: true });

  const facts = await connection.server();
  const leased = await connection.withLease((lease) => lease.server());

  const { protocolVersion, capabilities, instructions } = greeting;
  expect(facts).toEqual({
    protocolVersion,
    name: "played",
    title: "The Played",
    version: "1.0.0",
    capabilities,
    instructions,
  });
  expect(leased).toEqual(facts);
  expect(Object.isFrozen(facts.capabilities.tools)).toBe(true);
});

test("a server that does not name itself has empty names", async () => {
  const server = new PlayedServer(({ method }) => (method === "server/discover" ? discovered : undefined));
  await using connection = await openMcpConnection({ open: () => server.connect() });

  const facts = await connection.server();

  expect(facts).toEqual({
    protocolVersion: "2026-07-28",
    name: "",
    version: "",
    capabilities: discovered.capabilities,
  });
});

test.each(everything)("lists and reads resources and prompts, frozen, also in a lease (%s)", async (_what, open) => {
  await using opened = await open();
  const { connection } = opened;

  const [resources, templates, prompts] = await Promise.all([
    connection.listResources(),
    connection.listResourceTemplates(),
    connection.withLease((lease) => lease.listPrompts()),
  ]);
  const note = await connection.readResource("memo://notes/milk");
  const prompt = await connection.withLease((lease) => lease.getPrompt("greet", { name: "Ada" }));

  expect(resources).toMatchObject([{ uri: "memo://greeting" }]);
  expect(templates).toMatchObject([{ uriTemplate: "memo://notes/{name}" }]);
  expect(prompts).toMatchObject([{ name: "greet" }]);
  expect(note.contents).toEqual([{ uri: "memo://notes/milk", text: "the note milk" }]);
  expect(prompt.messages).toEqual([{ role: "user", content: { type: "text", text: "greet Ada" } }]);
  expect([resources, templates[0], prompts[0], note.contents[0], prompt.messages].every(Object.isFrozen)).toBe(true);
});

test("a server without resources and prompts has empty lists, and is not asked", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, name: "shop" });

  const lists = await Promise.all([
    connection.listResources(),
    connection.listResourceTemplates(),
    connection.listPrompts(),
  ]);
  const outcomes = await Promise.allSettled([connection.readResource("memo://a"), connection.getPrompt("greet")]);

  expect(lists).toEqual([[], [], []]);
  expect(outcomes).toMatchObject([
    {
      reason: {
        code: "MCP_PROTOCOL",
        mayHaveRun: false,
        message: 'reading resource "memo://a" of shop: the server has no resources',
      },
    },
    { reason: { code: "MCP_PROTOCOL", message: 'getting prompt "greet" of shop: the server has no prompts' } },
  ]);
  expect(server.received.filter((method) => /^(resources|prompts)/.test(method))).toEqual([]);
});

const lists = {
  "tools/list": (connection: McpConnection) => connection.listTools(),
  "resources/list": (connection: McpConnection) => connection.listResources(),
  "resources/templates/list": (connection: McpConnection) => connection.listResourceTemplates(),
  "prompts/list": (connection: McpConnection) => connection.listPrompts(),
};

/** A page of each list at once. */
function page(name: string, nextCursor?: string): object {
  return {
    tools: [{ name, inputSchema: schema }],
    resources: [{ uri: name, name }],
    resourceTemplates: [{ uriTemplate: name, name }],
    prompts: [{ name }],
    ...(nextCursor !== undefined && { nextCursor }),
  };
}

test.each(Object.entries(lists))("%s gives all pages, in order", async (_method, list) => {
  const server = PlayedServer.greeting(({ params }) => {
    const number = Number(params?.["cursor"] ?? 1);
    return page(`page ${number}`, number < 70 ? String(number + 1) : undefined);
  });
  await using connection = await openMcpConnection({ open: () => server.connect() });

  const items = await list(connection);

  expect(items.map(({ name }) => name)).toEqual(Array.from({ length: 70 }, (_, index) => `page ${index + 1}`));
});

test.each(Object.entries(lists))(
  "%s of a server whose pages go in a circle fails with MCP_PROTOCOL",
  async (method, list) => {
    const next: Record<string, string> = { a: "b", b: "c", c: "a" };
    const server = PlayedServer.greeting(({ params }) => page("x", next[String(params?.["cursor"])] ?? "a"));
    await using connection = await openMcpConnection({ open: () => server.connect() });

    const listing = list(connection);

    await expect(listing).rejects.toMatchObject({ code: "MCP_PROTOCOL" });
    await expect(listing).rejects.toThrow('named the page "a" a second time');
    expect(server.count(method)).toBe(4);
  },
);

test("a listing that is aborted is cancelled at the server, and one that takes too long says so", async () => {
  const server = PlayedServer.greeting(() => {});
  await using connection = await openMcpConnection({ open: () => server.connect() });
  const controller = new AbortController();
  const aborted = connection.listResources({ signal: controller.signal });
  const late = connection.listPrompts({ timeout: 20 });

  controller.abort("enough");

  await expect(aborted).rejects.toBe("enough");
  await expect(late).rejects.toMatchObject({ code: "MCP_CALL_TIMEOUT", timeout: 20 });
});

test.each(everything)("each report of progress comes, in order, before the result (%s)", async (_what, open) => {
  await using opened = await open();
  const { connection } = opened;
  const reports: McpProgress[][] = [[], []];

  const results = await Promise.all(
    reports.map((heard) =>
      connection.callTool("progress", { steps: 5 }, { onProgress: (report) => heard.push(report) }),
    ),
  );

  const expected = [1, 2, 3, 4, 5].map((progress) => ({ progress, total: 5, message: `step ${progress}` }));
  expect(reports).toEqual([expected, expected]);
  expect(results.map(textOf)).toEqual(["5", "5"]);
});

test("progress is dropped when its call has ended, and when nobody asked for it", async () => {
  const heard: unknown[] = [];
  const late: (() => void)[] = [];
  const server = PlayedServer.greeting(({ id, params }, send) => {
    const progressToken = params?._meta?.progressToken;
    const report = { method: "notifications/progress", params: { progressToken, progress: 1 } };
    send({ method: "notifications/progress", params: { progressToken: 77, progress: 1 } });
    send({ method: "notifications/progress", params: { progressToken } });
    send(report);
    send({ id, result: { content: [] } });
    late.push(() => send(report));
  });
  await using connection = await openMcpConnection({ open: () => server.connect() });

  await connection.callTool("a", {}, { onProgress: (report) => heard.push(report) });
  late[0]?.();
  await connection.callTool("b");

  expect(heard).toEqual([{ progress: 1 }]);
});

test("a handler of progress that throws disturbs nothing, and runs in no task", async () => {
  const server = PlayedServer.greeting(({ id, params }, send) => {
    const progressToken = params?._meta?.progressToken;
    for (const progress of [1, 2]) send({ method: "notifications/progress", params: { progressToken, progress } });
    send({ id, result: { content: [] } });
  });
  await using connection = await openMcpConnection({ open: () => server.connect() });
  const outside: unknown[] = [];
  const onProgress = (): void => {
    outside.push(currentTaskName());
    throw new Error("my mistake");
  };
  const onProgressAsync = async (): Promise<void> => onProgress();

  await taskGroup(async (group) => {
    group.startSoon(() => connection.callTool("a", {}, { onProgress }), { name: "caller" });
    // oxlint-disable-next-line typescript/no-misused-promises -- what users do all the same
    group.startSoon(() => connection.callTool("b", {}, { onProgress: onProgressAsync }));
  });

  expect(outside).toEqual([undefined, undefined, undefined, undefined]);
});

test("progress goes on on the connection on which a call is made once more", async () => {
  const heard: number[] = [];
  const server = PlayedServer.greeting(({ id, params }, send) => {
    const progressToken = params?._meta?.progressToken;
    send({ method: "notifications/progress", params: { progressToken, progress: server.open } });
    send({ id, result: { content: [] } });
  });
  await using connection = await openMcpConnection({ open: () => server.connect() });
  server.refusing = "tools/call";

  await connection.callTool("a", {}, { onProgress: ({ progress }) => heard.push(progress) });

  expect(connection.statistics().generation).toBe(2);
  expect(heard).toHaveLength(1);
});

test.each(everything)("metadata goes with the call, beside the protocol's own (%s)", async (_what, open) => {
  await using opened = await open();
  const { connection } = opened;
  const meta = { traceparent: "00-a-b-01", "com.example/tenant": "blue" };

  const result = await connection.callTool("meta", {}, { meta, onProgress: () => {} });

  expect(JSON.parse(textOf(result))).toMatchObject({ ...meta, progressToken: expect.any(Number) as number });
});

test.each(["progressToken", "io.modelcontextprotocol/protocolVersion"])(
  "refuses metadata of the protocol's own: %s",
  async (key) => {
    const server = PlayedServer.greeting(() => ({ content: [] }));
    await using connection = await openMcpConnection({ open: () => server.connect() });
    const options = { meta: { [key]: 1 } };

    const outcomes = await Promise.allSettled([
      connection.callTool("a", {}, options),
      connection.readResource("b", options),
      connection.getPrompt("c", {}, options),
    ]);

    expect(outcomes.map((each) => each.status === "rejected" && each.reason instanceof TypeError)).toEqual([
      true,
      true,
      true,
    ]);
    expect(server.count("tools/call")).toBe(0);
  },
);

test.each(["2025-11-25", "2026-07-28"] as const)(
  "what the server logs is told, outside every task (%s)",
  async (version) => {
    const levels: unknown[] = [];
    const server = new PlayedServer(({ id, method, params }, send) => {
      const meta = params?._meta;
      if (method === "initialize") return greeting;
      if (method === "server/discover") {
        return version === "2026-07-28" ? discovered : send({ id, error: { code: -32_601, message: "none" } });
      }
      levels.push(method === "logging/setLevel" ? params?.["level"] : meta?.["io.modelcontextprotocol/logLevel"]);
      if (method === "logging/setLevel") return {};
      send({ method: "notifications/message", params: { level: "warning", logger: "db", data: { rows: 3 } } });
      send({ method: "notifications/message", params: { level: "error", data: "lost" } });
      return { resultType: "complete", content: [] };
    });
    const heard: McpLogMessage[] = [];
    const onLog = (message: McpLogMessage): void => {
      heard.push(message);
      throw new Error("my mistake");
    };
    await using connection = await openMcpConnection({ open: () => server.connect(), onLog, logLevel: "warning" });

    await connection.callTool("a");

    await expect
      .poll(() => heard, soon)
      .toEqual([
        { level: "warning", logger: "db", data: { rows: 3 } },
        { level: "error", data: "lost" },
      ]);
    expect(levels).toEqual(version === "2025-11-25" ? ["warning", undefined] : ["warning"]);
  },
);

test("a server that refuses the level of its log is opened all the same", async () => {
  const server = PlayedServer.greeting(({ id, method }, send) => {
    if (method !== "logging/setLevel") return { content: [] };
    return send({ id, error: { code: -32_603, message: "no" } });
  });

  await using connection = await openMcpConnection({ open: () => server.connect(), logLevel: "debug" });

  expect(await connection.callTool("a")).toEqual({ content: [] });
});

/** A server whose tool `give` gives what it is given, with a schema for a number. */
function giving(
  outputSchema: object = { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
): PlayedServer {
  return PlayedServer.greeting(({ method, params }) => {
    if (method === "tools/list") return { tools: [{ name: "give", inputSchema: schema, outputSchema }] };
    return { content: [], ...(params?.["arguments"] as object) };
  });
}

test("a result that does not fit the schema of its tool fails the call, and its neighbours go on", async () => {
  const server = giving();
  await using connection = await openMcpConnection({ open: () => server.connect(), name: "shop" });
  await connection.listTools();
  const give = (result: Record<string, unknown>): Promise<unknown> => connection.callTool("give", result);

  const outcomes = await Promise.allSettled([
    give({ structuredContent: { n: 1 } }),
    give({ structuredContent: { n: "one" } }),
    give({}),
    give({ isError: true }),
  ]);

  const attempted = 'calling tool "give" of shop: ';
  expect(outcomes).toMatchObject([
    { value: { structuredContent: { n: 1 } } },
    {
      reason: {
        code: "MCP_PROTOCOL",
        mayHaveRun: true,
        message: `${attempted}what it gave does not fit its output schema: "data/n must be number"`,
      },
    },
    { reason: { message: `${attempted}it gave no structured content, and has an output schema` } },
    { value: { isError: true } },
  ]);
});

test("a schema is compiled once a generation, when its tool first gives something, by nobody else", async () => {
  const server = giving();
  const compile = vi.spyOn(AjvJsonSchemaValidator.prototype, "getValidator");
  await using connection = await openMcpConnection({ open: () => server.connect(), toolsTtl: 0 });
  const give = (): Promise<unknown> => connection.callTool("give", { structuredContent: { n: 1 } });

  await give();
  await connection.listTools();
  const before = compile.mock.calls.length;
  await Promise.all([give(), give()]);
  await connection.listTools();
  await give();

  expect([before, compile.mock.calls.length]).toEqual([0, 1]);
  expect(server.count("tools/list")).toBe(2);
});

test("a schema that cannot be used fails the calls of its tool, and no listing; `validateOutput: false` does without", async () => {
  const server = giving({ type: "object", properties: { n: { $ref: "#/nowhere" } } });
  await using strict = await openMcpConnection({ open: () => server.connect() });
  await using lenient = await openMcpConnection({ open: () => server.connect(), validateOutput: false });
  const tools = await Promise.all([strict.listTools(), lenient.listTools()]);
  const args = { structuredContent: { n: 1 } };

  const outcomes = await Promise.allSettled([strict.callTool("give", args), lenient.callTool("give", args)]);

  expect(tools.map(({ length }) => length)).toEqual([1, 1]);
  expect(outcomes).toMatchObject([
    {
      reason: { code: "MCP_PROTOCOL", message: expect.stringContaining("its output schema cannot be used") as string },
    },
    { value: { structuredContent: { n: 1 } } },
  ]);
});

test.each([
  ["both let it", 60_000, undefined, 1],
  ["the server lets it not", 0, undefined, 3],
  ["`toolsTtl` lets it not", 60_000, 0, 3],
] as const)(
  "a list of tools is kept as long as the server and `toolsTtl` let it: %s",
  async (_what, ttlMs, toolsTtl, asked) => {
    const server = new PlayedServer(({ method }) => {
      if (method === "server/discover") return { ...discovered, capabilities: { tools: {} } };
      return { resultType: "complete", tools: [], ttlMs, cacheScope: "private" };
    });
    const options = { open: () => server.connect(), ...(toolsTtl !== undefined && { toolsTtl }) };
    await using connection = await openMcpConnection(options);

    for (const _time of [1, 2, 3]) await connection.listTools();

    expect(server.count("tools/list")).toBe(asked);
  },
);

test("changes of the tools are listened to once somebody has asked for them, and again when the stream has ended", async () => {
  let streams: ((message: Record<string, unknown>) => void)[] = [];
  const server = new PlayedServer(({ id, method, params }, send) => {
    if (method === "server/discover") return discovered;
    if (method === "tools/list") return { resultType: "complete", tools: [], ttlMs: 60_000, cacheScope: "private" };
    if (method !== "subscriptions/listen") return { resultType: "complete", content: [] };
    const of = { _meta: { [SUBSCRIPTION_ID_META_KEY]: id } };
    streams.push((message) => send("result" in message ? { id, ...message } : { ...message, params: of }));
    const params_ = { ...of, notifications: params?.["notifications"] };
    return send({ method: "notifications/subscriptions/acknowledged", params: params_ });
  });
  await using connection = await openMcpConnection({ open: () => server.connect() });
  await connection.callTool("a");
  const before = server.count("subscriptions/listen");

  for (const _time of [1, 2]) await connection.listTools();
  streams[0]?.({ method: "notifications/tools/list_changed" });
  await expect.poll(async () => (await connection.listTools(), server.count("tools/list")), soon).toBe(2);
  streams[0]?.({ result: { resultType: "complete" } });
  await expect.poll(async () => (await connection.listTools(), server.count("subscriptions/listen")), soon).toBe(2);
  streams = [];

  expect(before).toBe(0);
  expect(server.count("tools/list")).toBe(3);
});

test("a server that will not tell of changes is asked once, and one that says nothing is waited for no longer than a moment", async () => {
  const server = new PlayedServer(({ id, method }, send) => {
    if (method === "server/discover") return discovered;
    if (method === "tools/list") return { resultType: "complete", tools: [], ttlMs: 0, cacheScope: "private" };
    const isFirst = server.count("subscriptions/listen") === 1;
    return isFirst ? send({ id, error: { code: -32_601, message: "none" } }) : undefined;
  });
  await using refused = await openMcpConnection({ open: () => server.connect() });
  for (const _time of [1, 2]) await refused.listTools();
  await using ignored = await openMcpConnection({ open: () => server.connect() });

  const tools = await ignored.listTools();

  expect(tools).toEqual([]);
  expect(server.count("subscriptions/listen")).toBe(2);
});

function currentTaskName(): string | undefined {
  try {
    return currentTask()?.name;
  } catch {
    return undefined;
  }
}
