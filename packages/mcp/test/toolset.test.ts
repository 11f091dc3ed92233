import type { CallToolResult } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { openMcpConnection, type Toolset } from "../src/index.ts";
import { toOutput } from "../src/toolset.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";

const context = { toolCallId: "call-1" };

test("lists the tools with their schemas, by name, description and schema alone", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, name: "shop" });
  const toolset: Toolset = connection.toolset();

  const tools = await toolset.listTools();

  expect(toolset.name).toBe("shop");
  expect(tools[0]).toEqual({
    name: "echo",
    description: "does echo",
    inputSchema: expect.objectContaining({ type: "object" }),
  });
  expect(tools.find(({ name }) => name === "sum")).toEqual({
    name: "sum",
    inputSchema: expect.objectContaining({ required: ["a", "b"] }),
  });
});

test("calls tools by the prefixed name, and offers those that the filter lets through", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const toolset = connection.toolset({ name: "till", prefix: "till_", filter: ({ name }) => name === "sum" });

  const tools = await toolset.listTools();
  const output = await toolset.callTool("till_sum", { a: 1, b: 2 }, context);
  const unknown = await toolset.callTool("sum", { a: 1, b: 2 }, context);

  expect([toolset.name, ...tools.map(({ name }) => name)]).toEqual(["till", "till_sum"]);
  expect(output).toEqual({ value: { sum: 3 }, isError: false });
  expect(unknown).toEqual({ value: 'there is no tool named "sum"', isError: true });
});

test("says of arguments that are no object what they must be, and sends nothing", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const output = await connection.toolset().callTool("echo", ["a"], context);

  expect(output).toEqual({ value: "the arguments of a tool are a JSON object", isError: true });
  expect(server.count("tools/call")).toBe(0);
});

test("takes no arguments for none", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const output = await connection.toolset().callTool("fail", undefined, context);

  expect(output).toEqual({ value: "the disk is full", isError: true });
});

test("passes the errors of the connection on", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const call = connection.toolset().callTool("nope", {}, context);

  await expect(call).rejects.toMatchObject({ code: "MCP_PROTOCOL" });
});

const picture = { type: "image", data: "aGk=", mimeType: "image/png" } as const;

test.each<[string, CallToolResult, unknown]>([
  ["structured content", { content: [{ type: "text", text: "3" }], structuredContent: { sum: 3 } }, { sum: 3 }],
  ["structured content that is null", { content: [], structuredContent: null }, null],
  [
    "its texts, a line each",
    {
      content: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    },
    "a\nb",
  ],
  ["nothing", { content: [] }, ""],
  [
    "all blocks where one is a picture",
    { content: [picture, { type: "text", text: "a" }] },
    [picture, { type: "text", text: "a" }],
  ],
])("the value of a result is %s", (_what, result, value) => {
  expect(toOutput(result)).toEqual({ value, isError: false });
});
