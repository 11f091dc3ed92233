import { HoldfastError } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import {
  McpCallTimeoutError,
  McpClosedError,
  McpConnectionLostError,
  McpError,
  McpOpenFailedError,
  McpProtocolError,
  McpSessionExpiredError,
  McpToolFailedError,
} from "../src/index.ts";

test.each([
  [new McpCallTimeoutError("calling", 5, true), "McpCallTimeoutError", "MCP_CALL_TIMEOUT", "timeout", true],
  [new McpClosedError("calling", false), "McpClosedError", "MCP_CLOSED", "closed", false],
  [
    new McpConnectionLostError("calling", true),
    "McpConnectionLostError",
    "MCP_CONNECTION_LOST",
    "outcome-unknown",
    true,
  ],
  [new McpConnectionLostError("calling", false), "McpConnectionLostError", "MCP_CONNECTION_LOST", "unsent", false],
  [new McpOpenFailedError("shop", "gone"), "McpOpenFailedError", "MCP_OPEN_FAILED", "open-failed", false],
  [new McpProtocolError("calling", "no"), "McpProtocolError", "MCP_PROTOCOL", "protocol", true],
  [new McpSessionExpiredError("calling"), "McpSessionExpiredError", "MCP_SESSION_EXPIRED", "session-expired", false],
])("%o carries its name, code and kind, and whether the call may have run", (error, name, code, kind, mayHaveRun) => {
  expect(error).toBeInstanceOf(McpError);
  expect({ name: error.name, code: error.code, kind: error.kind, mayHaveRun: error.mayHaveRun }).toEqual({
    name,
    code,
    kind,
    mayHaveRun,
  });
  expect(Object.keys(error)).not.toContain("name");
});

test("the error of a failed tool is what the tool said, and no outcome of the connection", () => {
  const result = { content: [], isError: true };

  const error = new McpToolFailedError("fail", "the disk is full", result);

  expect(error).toBeInstanceOf(HoldfastError);
  expect(error).not.toBeInstanceOf(McpError);
  expect(error).toMatchObject({ name: "McpToolFailedError", message: "the disk is full", tool: "fail", result });
});

test.each([
  ["boom\n", '; the server said "boom"'],
  ["Error: boom\n    at main\n\nNode.js v24\n", '; the server said "Error: boom"'],
  ["\u001b[31mred", '; the server said "\\u001b[31mred"'],
  ["x".repeat(300), `; the server said "${"x".repeat(200)}"`],
  ["\n", ""],
  ["", ""],
])("the last words %j of a server's process end the message so: %s", (stderr, end) => {
  const error = new McpOpenFailedError("shop", "it went", { stderr });

  expect(error.message).toBe(`connecting to shop: it went${end}`);
  expect(error.stderr).toBe(stderr === "" ? undefined : stderr);
});
