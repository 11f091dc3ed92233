import { expect, test } from "vitest";
import * as aiSdk from "../src/ai-sdk.ts";
import * as mcp from "../src/index.ts";
import * as testing from "../src/testing/index.ts";

test("the public names are these, and at most twenty", () => {
  const names = Object.keys(mcp).toSorted();

  expect(names).toEqual([
    "McpCallTimeoutError",
    "McpClosedError",
    "McpConnectionLostError",
    "McpError",
    "McpOpenFailedError",
    "McpOverloadedError",
    "McpProtocolError",
    "McpSessionExpiredError",
    "McpToolFailedError",
    "McpUnauthorizedError",
    "examineMcpServer",
    "finishMcpAuthorization",
    "openMcpConnection",
    "outcomeOf",
  ]);
  expect(names.length).toBeLessThanOrEqual(20);
});

test("the adapter to the AI SDK has one name", () => {
  expect(Object.keys(aiSdk)).toEqual(["aiSdkTools"]);
});

test("the names for tests are these", () => {
  expect(Object.keys(testing).toSorted()).toEqual(["createFaultyServer", "mcpFaults", "openFaultyHttpServer"]);
});
