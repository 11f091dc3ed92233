import {
  CancelledError,
  CancelScope,
  ClosedResourceError,
  DeadlockError,
  ExceptionGroup,
  InternalError,
  NoTaskError,
  OwnerContractError,
  run,
  ScopeNotCurrentError,
  TaskFailedError,
  TimeoutError,
} from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { ToolConnectionError, ToolInputError } from "../src/index.ts";
import { isFatal } from "../src/fatal.ts";
import { rejectionOf } from "./models.ts";

const own = new Error("no such service");
const misused = new ScopeNotCurrentError(new CancelScope(), undefined);
const info = { id: 1, name: "work#1", hasPendingCancellation: () => false };
const coded = (code: string): Error => Object.assign(new Error(code), { code });

test.each<[string, unknown]>([
  ["a cancellation", new CancelledError("explicit")],
  ["a scope left in the wrong order", misused],
  ["code outside a task", new NoTaskError("enter()")],
  ["an owner that broke its contract", new OwnerContractError("published twice")],
  ["a resource that is closed", new ClosedResourceError("closed")],
  ["a deadlock", new DeadlockError([])],
  ["a bug of the library", new InternalError("impossible")],
  ["a group with one fatal leaf", new ExceptionGroup([own, new ExceptionGroup([misused])])],
  ["a fatal error that a later one replaced", new SuppressedError(own, misused)],
  ["a failed task with a fatal cause", new TaskFailedError(info, misused)],
  ["a connection of a custom toolset", new ToolConnectionError("refused")],
  ...["MCP_CONNECTION_LOST", "MCP_CLOSED", "MCP_OPEN_FAILED", "MCP_SESSION_EXPIRED"].map((code): [string, unknown] => [
    code,
    coded(code),
  ]),
])("fails the run: %s", (_what, error) => {
  expect(isFatal(error)).toBe(true);
});

test.each<[string, unknown]>([
  ["an error of the tool's own", own],
  ["something that is no error", { code: "INTERNAL" }],
  ["a time limit", new TimeoutError(5)],
  ["a group of the tool's own errors", new ExceptionGroup([own, new TimeoutError(5)])],
  ["a failed task with a cause of the tool's own", new TaskFailedError(info, own)],
  ["input that does not fit", new ToolInputError("work", [])],
  ["another system's code", coded("ECONNREFUSED")],
  ...["MCP_CALL_TIMEOUT", "MCP_PROTOCOL", "MCP_TOOL_FAILED"].map((code): [string, unknown] => [code, coded(code)]),
])("becomes a result: %s", (_what, error) => {
  expect(isFatal(error)).toBe(false);
});

test("a connection error under another error's cause is the tool's own: it was handled", async () => {
  const error = await rejectionOf(run(() => Promise.reject(new Error("no data", { cause: misused }))));

  expect(isFatal(error)).toBe(false);
});
