import { currentTask, ScopeWrongTaskError, sleep, type TaskInfo } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { createAgent, scriptedModel, type ToolOutput, type Toolset } from "../src/index.ts";
import { anyTool, callingModel, leavesOf, virtually } from "./models.ts";

function toolsetOf(name: string, tools: Record<string, () => unknown>, more: Partial<Toolset> = {}): Toolset {
  return {
    name,
    listTools: () =>
      Promise.resolve(Object.keys(tools).map((tool) => ({ name: tool, inputSchema: { type: "object" } }))),
    callTool: async (tool) => ({ value: await tools[tool]?.(), isError: false }),
    ...more,
  };
}

test("offers and calls the tools of toolsets beside the agent's own", async () => {
  const own = anyTool("own", () => 1);
  const logs = toolsetOf("logs", { search: () => 2 });
  const deploys = toolsetOf("deploys", { list: () => 3 });
  const model = callingModel(["own"], ["search"], ["list"]);
  const agent = createAgent({ name: "triage", model, tools: [own], toolsets: [logs, deploys] });

  const { output } = await virtually(() => agent.run("Go."));

  expect(JSON.parse(output)).toEqual([1, 2, 3].map((value) => ({ type: "json", value })));
});

test("hands a toolset the tool's name, the parsed input and the id of the call", async () => {
  const calls: unknown[] = [];
  const callTool: Toolset["callTool"] = (...given) => {
    calls.push(given);
    return Promise.resolve({ value: null, isError: false });
  };
  const logs = toolsetOf("logs", { search: () => 1 }, { callTool });
  const agent = createAgent({ name: "triage", model: callingModel(["search", { service: "a" }]), toolsets: [logs] });

  await virtually(() => agent.run("Go."));

  expect(calls).toEqual([["search", { service: "a" }, { toolCallId: "call-1-1" }]]);
});

test.each<[ToolOutput, unknown]>([
  [
    { value: "no such log", isError: true },
    { type: "error-text", value: "no such log" },
  ],
  [
    { value: { code: 7 }, isError: true },
    { type: "error-json", value: { code: 7 } },
  ],
])("shows the model what a tool of a toolset says is an error: %j", async (given, shown) => {
  const logs = toolsetOf("logs", { search: () => 1 }, { callTool: () => Promise.resolve(given) });
  const agent = createAgent({ name: "triage", model: callingModel(["search"]), toolsets: [logs] });

  const { output, report } = await virtually(() => agent.run("Go."));

  expect(JSON.parse(output)).toEqual([shown]);
  expect(report.turns[0]?.calls[0]?.outcome).toBe("error");
});

test("lists the toolsets side by side, once a run", async () => {
  const starts: string[] = [];
  const listing = (name: string): Toolset =>
    toolsetOf(
      name,
      {},
      {
        listTools: async () => {
          starts.push(`${name} starts`);
          await sleep(10);
          starts.push(`${name} ends`);
          return [];
        },
      },
    );
  const model = scriptedModel([{ calls: [{ tool: "none", input: {} }] }, { text: "done" }]);
  const agent = createAgent({ name: "triage", model, toolsets: [listing("a"), listing("b")] });

  await virtually(() => agent.run("Go."));

  expect(starts).toEqual(["a starts", "b starts", "a ends", "b ends"]);
});

test("fails the run when a toolset cannot be listed", async () => {
  const refused = new Error("connection refused");
  const logs = toolsetOf("logs", {}, { listTools: () => Promise.reject(refused) });
  const agent = createAgent({ name: "triage", model: callingModel(), toolsets: [logs] });

  const leaves = await leavesOf(virtually(() => agent.run("Go.")));

  expect(leaves).toEqual([refused]);
});

test("throws AGENT_TOOL_CLASH when a toolset offers a name that is taken, naming both homes", async () => {
  const logs = toolsetOf("logs", { search: () => 1 });
  const docs = toolsetOf("docs", { search: () => 2 });
  const search = anyTool("search", () => 3);
  const model = callingModel();

  const [two] = await leavesOf(virtually(() => createAgent({ name: "a", model, toolsets: [logs, docs] }).run("Go.")));
  const [own] = await leavesOf(
    virtually(() => createAgent({ name: "a", model, tools: [search], toolsets: [logs] }).run("Go.")),
  );

  expect(two).toMatchObject({
    code: "AGENT_TOOL_CLASH",
    message: 'two tools are named "search": one of toolset "logs" and one of toolset "docs"',
  });
  expect(own).toMatchObject({
    message: 'two tools are named "search": one of the agent\'s own and one of toolset "logs"',
  });
});

test("wraps the calls of a turn in aroundBatch: in the turn's task, before they start and after they were joined", async () => {
  const log: string[] = [];
  const tasks: TaskInfo[] = [];
  const turns: TaskInfo[] = [];
  const aroundBatch = async <T>(body: () => Promise<T>): Promise<T> => {
    tasks.push(currentTask());
    log.push("open");
    const result = await body();
    tasks.push(currentTask());
    log.push("close");
    return result;
  };
  const search = async (): Promise<void> => {
    log.push("start");
    await sleep(10);
    log.push("end");
  };
  const logs = toolsetOf("logs", { search }, { aroundBatch });
  const agent = createAgent({ name: "triage", model: callingModel(["search"], ["search"]), toolsets: [logs] });

  await virtually(() => agent.run("Go.", { observer: { turnStarted: () => turns.push(currentTask()) } }));

  expect(log).toEqual(["open", "start", "start", "end", "end", "close"]);
  expect(tasks).toEqual([turns[0], turns[0]]);
});

test("nests the brackets of several toolsets, once each, and leaves out those that the turn does not call", async () => {
  const log: string[] = [];
  const bracket = (name: string, tools: string[]): Toolset =>
    toolsetOf(name, Object.fromEntries(tools.map((tool) => [tool, () => log.push(tool)])), {
      aroundBatch: async (body) => {
        log.push(`(${name}`);
        const result = await body();
        log.push(`${name})`);
        return result;
      },
    });
  const toolsets = [bracket("idle", ["c"]), bracket("outer", ["a"]), bracket("inner", ["b"])];
  const agent = createAgent({ name: "triage", model: callingModel(["a"], ["b"], ["a"], ["none"]), toolsets });

  await virtually(() => agent.run("Go."));

  expect(log).toEqual(["(outer", "(inner", "a", "b", "a", "inner)", "outer)"]);
});

test("an error of aroundBatch fails the run, whatever its kind", async () => {
  const broken = new Error("no connection to borrow");
  const logs = toolsetOf("logs", { search: () => 1 }, { aroundBatch: () => Promise.reject(broken) });
  const agent = createAgent({ name: "triage", model: callingModel(["search"]), toolsets: [logs] });

  const leaves = await leavesOf(virtually(() => agent.run("Go.")));

  expect(leaves).toEqual([broken]);
});

test("a misused scope in a tool of a toolset fails the run with its exact text", async () => {
  const callTool = async (): Promise<ToolOutput> => {
    await sleep(1);
    throw new ScopeWrongTaskError(currentTask(), undefined);
  };
  const logs = toolsetOf("logs", { search: () => 1 }, { callTool });
  const agent = createAgent({ name: "triage", model: callingModel(["search"], ["search"]), toolsets: [logs] });

  const [first] = await leavesOf(virtually(() => agent.run("Go.")));

  expect(first).toMatchObject({
    code: "SCOPE_WRONG_TASK",
    message: "Attempted to exit cancel scope in a different task than it was entered in",
  });
});
