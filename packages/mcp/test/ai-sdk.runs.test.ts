import { CancelScope, withSignal } from "@holdfast/concurrency";
import { generateText, isStepCount, streamText, ToolLoopAgent } from "ai";
import { expect, test } from "vitest";
import { aiSdkTools } from "../src/ai-sdk.ts";
import { openMcpConnection } from "../src/index.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { type Call, scriptedModel, shown } from "./fixtures/scripted-model.ts";
import { soon } from "./fixtures/soon.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const prompt = "go";
const stopWhen = isStepCount(4);

/** Each way of the AI SDK to run a model with tools; gives the text that it ends with. */
const runners = {
  generateText: async (model, tools) => (await generateText({ model, tools, prompt, stopWhen })).text,
  streamText: async (model, tools) => await streamText({ model, tools, prompt, stopWhen }).text,
  "ToolLoopAgent, whole": async (model, tools) => (await new ToolLoopAgent({ model, tools }).generate({ prompt })).text,
  "ToolLoopAgent, as a stream": async (model, tools) =>
    await (
      await new ToolLoopAgent({ model, tools }).stream({ prompt })
    ).text,
} satisfies Record<
  string,
  (model: ReturnType<typeof scriptedModel>, tools: Awaited<ReturnType<typeof aiSdkTools>>) => Promise<string>
>;
const kinds = Object.entries(runners);

const fourHeld: readonly Call[] = range(4).map(() => ["hold", {}]);

test.each(kinds)("four calls of a step run side by side over one connection (%s)", async (_kind, runModel) => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const model = scriptedModel(fourHeld);

  const running = runModel(model, await aiSdkTools(connection));
  await expect.poll(() => connection.statistics().callsInFlight, soon).toBe(4);
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold", "hold", "hold", "hold"]);
  server.probe.release();

  expect(await running).toBe("done");
  expect(shown(model)).toEqual(range(4).map(() => ({ type: "text", value: "held" })));
  expect(server.count("initialize")).toBe(1);
});

test.each(kinds)(
  "tools that were listed before the server was started anew work after it (%s)",
  async (_kind, runModel) => {
    await using server = await HttpTestServer.start();
    await using connection = await openMcpConnection({ url: server.url });
    const tools = await aiSdkTools(connection);
    await runModel(scriptedModel([["echo", { text: "before" }]]), tools);
    await server.pause();
    await server.forgetSessions();
    await server.resume();
    const model = scriptedModel([
      ["echo", { text: "a" }],
      ["sum", { a: 1, b: 2 }],
    ]);

    const text = await runModel(model, tools);

    expect(text).toBe("done");
    expect(shown(model)).toEqual([
      { type: "text", value: "a" },
      { type: "json", value: { sum: 3 } },
    ]);
    expect(connection.statistics().generation).toBe(2);
    expect(server.count("initialize")).toBe(2);
    expect(server.probe.begun.filter((name) => name === "echo")).toHaveLength(2);
  },
);

test.each(kinds)(
  "a server that is started anew between two turns of a run does not disturb it (%s)",
  async (_kind, runModel) => {
    await using server = await HttpTestServer.start();
    await using connection = await openMcpConnection({ url: server.url });
    const model = scriptedModel([["echo", { text: "a" }]], [["echo", { text: "b" }]]);
    const tools = await aiSdkTools(connection);
    const { echo } = tools;
    tools["echo"] = {
      ...echo,
      execute: async (...args: Parameters<NonNullable<(typeof echo & object)["execute"]>>) => {
        const output: unknown = await echo?.execute?.(...args);
        if (connection.statistics().generation === 1) await server.forgetSessions();
        return output;
      },
    } as NonNullable<typeof echo>;

    const text = await runModel(model, tools);

    expect(text).toBe("done");
    expect(server.count("initialize")).toBe(2);
    expect(server.probe.begun).toEqual(["echo", "echo"]);
  },
);

test("fifty runs at the same time share the connection, which is opened once, and closed by its owner alone", async () => {
  await using server = await HttpTestServer.start();
  const connection = await openMcpConnection({ url: server.url });
  const tools = await aiSdkTools(connection);

  const outputs = await Promise.all(
    range(50).map(async (index) => {
      const runModel = Object.values(runners)[index % kinds.length];
      const model = scriptedModel(range(4).map((call): Call => ["echo", { text: `${index}/${call}` }]));
      return [await runModel?.(model, tools), shown(model)];
    }),
  );

  expect(outputs).toEqual(
    range(50).map((index) => ["done", range(4).map((call) => ({ type: "text", value: `${index}/${call}` }))]),
  );
  expect([server.count("initialize"), server.count("tools/list"), server.count("DELETE")]).toEqual([1, 1, 0]);
  expect(connection.statistics()).toMatchObject({ generation: 1, leases: 0, callsInFlight: 0 });
  await connection.close();
  expect(server.count("DELETE")).toBe(1);
});

test.each([
  ["generateText", (abortSignal, model, tools) => generateText({ model, tools, prompt, abortSignal })],
  [
    "streamText",
    (abortSignal, model, tools) => streamText({ model, tools, prompt, abortSignal, onError: () => {} }).text,
  ],
  [
    "ToolLoopAgent",
    (abortSignal, model, tools) => new ToolLoopAgent({ model, tools }).generate({ prompt, abortSignal }),
  ],
] as [
  string,
  (
    signal: AbortSignal,
    model: ReturnType<typeof scriptedModel>,
    tools: Awaited<ReturnType<typeof aiSdkTools>>,
  ) => PromiseLike<unknown>,
][])(
  "a run that is aborted in its calls tells the server of each once, and another run goes on (%s)",
  async (_kind, runModel) => {
    await using server = await HttpTestServer.start();
    await using connection = await openMcpConnection({ url: server.url });
    const tools = await aiSdkTools(connection);
    const controller = new AbortController();
    const aborted = Promise.resolve(runModel(controller.signal, scriptedModel(fourHeld), tools)).catch(
      (error: unknown) => error,
    );
    const other = runners.generateText(scriptedModel(fourHeld), tools);
    await expect.poll(() => server.probe.begun, soon).toHaveLength(8);

    controller.abort();
    await aborted;
    await expect.poll(() => server.probe.aborted, soon).toHaveLength(4);
    server.probe.release();

    expect(await other).toBe("done");
    expect(await runners.generateText(scriptedModel([["echo", { text: "after" }]]), tools)).toBe("done");
    expect(server.count("notifications/cancelled")).toBe(4);
    expect(server.count("initialize")).toBe(1);
    expect(connection.statistics()).toMatchObject({ leases: 0, callsInFlight: 0 });
  },
);

test("a run that has the signal of its scope ends with it, and takes its calls with it, and no others", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const tools = await aiSdkTools(connection);
  const other = runners.generateText(scriptedModel([["hold", {}]]), tools);
  const scope = new CancelScope({ name: "the run" });
  const model = scriptedModel(fourHeld);
  const running = scope.run(() =>
    withSignal((abortSignal) => generateText({ model, tools, prompt, abortSignal, stopWhen })),
  );
  await expect.poll(() => server.probe.begun, soon).toHaveLength(5);

  scope.cancel();

  expect(await running).toBeUndefined();
  await expect.poll(() => server.probe.aborted, soon).toHaveLength(4);
  expect(model.doGenerateCalls).toHaveLength(1);
  server.probe.release();
  expect(await other).toBe("done");
});
