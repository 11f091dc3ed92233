import { gather, run } from "@holdfast/concurrency";
import { generateText, stepCountIs } from "ai";
import { expect, test } from "vitest";
import { aiSdkTools } from "../src/ai-sdk.ts";
import { openMcpConnection } from "../src/index.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { scriptedModel, shown } from "./fixtures/scripted-model.ts";
import { soon } from "./fixtures/soon.ts";

const settings = { prompt: "go", stopWhen: stepCountIs(3) };

test("four calls of a step go over one connection, side by side", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, lazy: true });
  const model = scriptedModel([
    ["hold", {}],
    ["hold", {}],
    ["hold", {}],
    ["sum", { a: 1, b: 2 }],
  ]);

  const generating = generateText({ ...settings, model, tools: await aiSdkTools(connection) });
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold", "hold", "hold"]);
  await expect.poll(() => connection.statistics().callsInFlight, soon).toBe(3);
  server.probe.release();
  const { text } = await generating;

  expect(text).toBe("done");
  expect(shown(model)).toEqual([
    { type: "text", value: "held" },
    { type: "text", value: "held" },
    { type: "text", value: "held" },
    { type: "json", value: { sum: 3 } },
  ]);
  expect(server.count("initialize")).toBe(1);
});

test("runs in several tasks share the connection", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const tools = await aiSdkTools(connection);
  const generate = async (said: string): Promise<unknown> => {
    const model = scriptedModel([["echo", { text: said }]]);
    await generateText({ ...settings, model, tools });
    return shown(model)[0];
  };

  const outputs = await run(() => gather([() => generate("a"), () => generate("b")]));

  expect(outputs).toEqual([
    { type: "text", value: "a" },
    { type: "text", value: "b" },
  ]);
  expect(server.count("initialize")).toBe(1);
});

test("the model is told the names, the descriptions and the schemas", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const model = scriptedModel([["shop_echo", { text: "hello" }]]);
  const filter = ({ name }: { name: string }): boolean => name === "echo" || name === "sum";

  const { steps } = await generateText({
    ...settings,
    model,
    tools: await aiSdkTools(connection, { prefix: "shop_", filter }),
  });

  expect(model.doGenerateCalls[0]?.tools).toMatchObject([
    { name: "shop_echo", description: "does echo", inputSchema: { type: "object" } },
    { name: "shop_sum", inputSchema: { type: "object", required: ["a", "b"] } },
  ]);
  expect(steps[0]?.dynamicToolResults[0]?.output).toEqual({ content: [{ type: "text", text: "hello" }] });
});

test("a tool that fails, and a connection that does, are errors of the tool, and the others go on", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, callTimeout: 600 });
  const model = scriptedModel([
    ["fail", {}],
    ["hold", {}],
    ["echo", { text: "hello" }],
  ]);

  const { steps } = await generateText({ ...settings, model, tools: await aiSdkTools(connection) });

  expect(shown(model)).toEqual([
    { type: "error-text", value: expect.stringContaining("the disk is full") },
    { type: "error-text", value: expect.stringContaining("no answer within 600 ms") },
    { type: "text", value: "hello" },
  ]);
  const errors = steps[0]?.content.flatMap((part) => (part.type === "tool-error" ? [part.error] : []));
  expect(errors).toMatchObject([
    { code: "MCP_TOOL_FAILED", tool: "fail", result: { isError: true } },
    { code: "MCP_CALL_TIMEOUT" },
  ]);
});

test("the abort of a run reaches the server", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const controller = new AbortController();
  const model = scriptedModel([["hold", {}]]);
  const generating = generateText({
    ...settings,
    model,
    tools: await aiSdkTools(connection),
    abortSignal: controller.signal,
  }).catch((error: unknown) => error);
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold"]);

  controller.abort();

  await expect.poll(() => server.probe.aborted, soon).toEqual(["hold"]);
  await generating;
  expect(connection.statistics()).toMatchObject({ leases: 0, callsInFlight: 0 });
});

test("the model is shown a picture as a file", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const model = scriptedModel([["picture", {}]]);

  await generateText({ ...settings, model, tools: await aiSdkTools(connection) });

  expect(shown(model)).toEqual([
    {
      type: "content",
      value: [
        { type: "file", mediaType: "image/png", data: { type: "data", data: "aGk=" } },
        { type: "text", text: "a cat" },
      ],
    },
  ]);
});
