import { CancelScope, run } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  McpCallTimeoutError,
  McpClosedError,
  McpConnectionLostError,
  McpOpenFailedError,
  McpOverloadedError,
  McpProtocolError,
  McpSessionExpiredError,
  openMcpConnection,
  outcomeOf,
} from "../src/index.ts";
import { createFaultyServer } from "../src/testing/index.ts";

test.each([
  [new McpCallTimeoutError("calling", 5, true), "timeout"],
  [new McpClosedError("calling", false), "closed"],
  [new McpConnectionLostError("calling", true), "outcome-unknown"],
  [new McpConnectionLostError("calling", false), "unsent"],
  [new McpOpenFailedError("shop", "gone"), "open-failed"],
  [new McpOverloadedError("calling", { inFlight: 1, queue: 1 }), "overloaded"],
  [new McpProtocolError("calling", "no"), "protocol"],
  [new McpSessionExpiredError("calling"), "session-expired"],
  [new DOMException("stopped", "AbortError"), "cancelled"],
  [new DOMException("late", "TimeoutError"), "cancelled"],
  [new DOMException("no", "DataCloneError"), undefined],
  [new TypeError("bad"), undefined],
  ["enough", undefined],
])(`${covers("MF-12")} (%s)`, (error, outcome) => {
  expect(outcomeOf(error)).toBe(outcome);
});

test(`${covers("MF-12")} (calls)`, async () => {
  const server = createFaultyServer({ faults: [{ fault: "hang", times: Infinity }] });
  await using connection = await openMcpConnection({ open: () => server.connect() });
  const scope = new CancelScope();
  const scoped = run(() => scope.run(() => connection.callTool("echo").catch((error) => outcomeOf(error))));
  const reason = { because: "enough" };
  const controller = new AbortController();
  const { signal } = controller;
  const signalled = connection.callTool("echo", {}, { signal }).catch((error) => [error, outcomeOf(error, signal)]);
  await server.waitUntil(({ inFlight }) => inFlight === 2);

  scope.cancel();
  controller.abort(reason);

  expect(await scoped).toBe("cancelled");
  expect(await signalled).toEqual([reason, "cancelled"]);
  expect(outcomeOf(reason)).toBeUndefined();
  expect(outcomeOf({ because: "enough" }, signal)).toBeUndefined();
});
