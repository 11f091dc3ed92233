import type { Tool } from "@modelcontextprotocol/client";
import { expect, test, vi } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { canBeMirrored, parameterHeaders } from "../src/parameter-headers.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { discovered } from "./fixtures/played-server.ts";

function tool(properties: object, more: object = {}): Tool {
  return { name: "t", inputSchema: { type: "object", properties, ...more } as Tool["inputSchema"] };
}

const region = { type: "string", "x-mcp-header": "Region" };

test("arguments go into the headers that their schema names, encoded where a header cannot hold them", () => {
  const declared = tool({
    region,
    place: { type: "object", properties: { city: { type: "string", "x-mcp-header": "City" } } },
    count: { type: "integer", "x-mcp-header": "Count" },
    isDry: { type: "boolean", "x-mcp-header": "Dry" },
    absent: { type: "string", "x-mcp-header": "Absent" },
    list: { type: "string", "x-mcp-header": "List" },
    plain: { type: "string" },
  });

  const args = { region: "eu", place: { city: "Köln" }, count: 3, isDry: false, absent: null, list: ["a"], plain: "p" };
  const headers = parameterHeaders(declared, args);

  expect(headers).toEqual({
    "Mcp-Param-Region": "eu",
    "Mcp-Param-City": `=?base64?${Buffer.from("Köln").toString("base64")}?=`,
    "Mcp-Param-Count": "3",
    "Mcp-Param-Dry": "false",
  });
});

test.each<[string, Tool, boolean]>([
  ["has none", tool({ a: { type: "string" } }), true],
  ["has good ones", tool({ region }), true],
  ["has a property of that name", tool({ "x-mcp-header": { type: "string" } }), true],
  ["has one in an example", tool({ a: { type: "object", default: { "x-mcp-header": "A" } } }), true],
  ["has one that is empty", tool({ a: { type: "string", "x-mcp-header": "" } }), false],
  ["has one that is no name of a header", tool({ a: { type: "string", "x-mcp-header": "a b" } }), false],
  ["has one that is no text", tool({ a: { type: "string", "x-mcp-header": 1 } }), false],
  ["has one on an object", tool({ a: { type: "object", "x-mcp-header": "A" } }), false],
  ["has one on a number", tool({ a: { type: "number", "x-mcp-header": "A" } }), false],
  ["has one twice, in other letters", tool({ region, b: { type: "string", "x-mcp-header": "REGION" } }), false],
  ["has one in an array", tool({ a: { type: "array", items: region } }), false],
  ["has one in a choice", tool({}, { anyOf: [{ properties: { region } }] }), false],
  ["has one at the top", tool({}, { "x-mcp-header": "A" }), false],
])("a tool that %s can be offered: %#", (_what, declared, expected) => {
  expect(canBeMirrored(declared)).toBe(expected);
});

test("a call whose headers the server misses is made again with them, and a tool with bad ones is not offered", async () => {
  const tools = [tool({ region }), { ...tool({ a: { type: "array", items: region } }), name: "bad" }];
  const warn = vi.spyOn(console, "warn");
  const headers: unknown[] = [];
  await using server = await HttpTestServer.start((request, response, body) => {
    const { id, method } = JSON.parse(body) as { id: number | string; method: string };
    response.setHeader("content-type", "application/json");
    const more = { resultType: "complete", ttlMs: 60_000, cacheScope: "private" };
    const results: Record<string, object> = {
      "server/discover": { ...discovered, capabilities: { tools: {} } },
      "tools/list": { ...more, tools },
      "tools/call": { ...more, content: [] },
    };
    if (method === "tools/call") headers.push(request.headers["mcp-param-region"]);
    const isRefused = method === "tools/call" && request.headers["mcp-param-region"] === undefined;
    const error = { code: -32_020, message: "headers differ" };
    response.statusCode = isRefused ? 400 : 200;
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...(isRefused ? { error } : { result: results[method] }) }));
  });
  await using connection = await openMcpConnection({ url: server.url, protocol: "2026-07-28" });

  await connection.callTool("t", { region: "eu" });
  const offered = await connection.listTools();
  await connection.callTool("t", { region: "us" });

  expect(headers).toEqual([undefined, "eu", "us"]);
  expect(offered.map(({ name }) => name)).toEqual(["t"]);
  expect(warn).not.toHaveBeenCalled();
});
