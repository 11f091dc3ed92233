import { createAgent, scriptedModel, ToolConnectionError } from "@holdfast/agent";
import { CancelledError, gather, run, sleep } from "@holdfast/concurrency";
import { VirtualRuntime } from "@holdfast/concurrency/testing";
import type { Toolset } from "@holdfast/mcp";
import { expect, test } from "vitest";
import { describeFailure } from "../src/backend/failure-record.ts";
import { currentRun, Lane, type LaneConnection } from "../src/backend/lane.ts";

const lost = new ToolConnectionError("connection closed or lost: gone");

test("a record counts the most calls that were in flight while its run lasted, whosever they were", async () => {
  const lane = laneOver(async (milliseconds) => {
    await sleep(milliseconds);
    if (milliseconds === 50) throw lost;
  });

  // Calls of 10, 20 and 50 ms; the second run begins when the first call is over, the third when the failure is.
  await run(() => gather([later(0, [10, 20, 50]), later(15, [10, 10]), later(60, [1])].map((go) => () => go(lane))), {
    runtime: new VirtualRuntime(),
  });

  expect(lane.records).toEqual([
    {
      agent: "lane",
      run: "run 1",
      code: "AGENT_TOOL_CONNECTION",
      message: lost.message,
      callsInFlight: 4,
      opener: null,
      closer: null,
    },
  ]);
});

test("a run that makes no call counts those that were in flight when it began", async () => {
  const lane = laneOver(sleep, (body) => (currentRun() === "run 2" ? Promise.reject(lost) : body()));

  await run(() => gather([later(0, [10, 10, 10]), later(5, [10])].map((go) => () => go(lane))), {
    runtime: new VirtualRuntime(),
  });

  expect(lane.records).toMatchObject([{ run: "run 2", callsInFlight: 3 }]);
});

test("code that a run calls can ask which run it is", async () => {
  const seen: (string | undefined)[] = [];
  const lane = laneOver(async () => void seen.push(currentRun()));

  await run(() => gather([() => lane.run("1 1"), () => lane.run("1")]), { runtime: new VirtualRuntime() });

  expect(Map.groupBy(seen, String)).toEqual(
    new Map([
      ["run 1", ["run 1", "run 1"]],
      ["run 2", ["run 2"]],
    ]),
  );
  expect(currentRun()).toBeUndefined();
});

test("keeps the last thousand records", async () => {
  const lane = laneOver(() => Promise.reject(lost));

  for (let turn = 0; turn < 1_001; turn++) await lane.run("1").catch(() => {});

  expect(lane.records).toHaveLength(1_000);
  expect(lane.records[0]).toMatchObject({ run: "run 2" });
});

test("the error that is told is the first leaf that is no cancellation, and all leaves are listed", () => {
  const cancelled = new CancelledError("explicit", "shutdown");
  const inner = new AggregateError([cancelled, new SuppressedError(new Error("close"), lost)]);

  const found = describeFailure(inner);

  expect(found).toEqual({
    code: "AGENT_TOOL_CONNECTION",
    message: lost.message,
    errors: [cancelled.message, lost.message, "close"],
    leaf: lost,
  });
});

test.each([
  [new Error("plain"), "RUN_FAILED", "plain"],
  ["a text", "RUN_FAILED", "a text"],
  [undefined, "RUN_FAILED", "undefined"],
])("what is thrown without a code, such as %o, is told as RUN_FAILED", (thrown, code, message) => {
  expect(describeFailure(thrown)).toMatchObject({ code, message, errors: [message] });
});

test("a cancellation is told as one when there is nothing else", () => {
  const found = describeFailure(new AggregateError([new CancelledError("deadline")]));

  expect(found).toMatchObject({ code: "TASK_CANCELLED", errors: [expect.stringContaining("deadline")] });
});

/** A lane whose model asks, in one turn, for a call of each number in the prompt. */
function laneOver(
  call: (milliseconds: number) => Promise<unknown>,
  aroundRun: LaneConnection["aroundRun"] = (body) => body(),
): Lane {
  const toolset: Toolset = {
    name: "work",
    listTools: async () => [{ name: "work", inputSchema: { type: "object" } }],
    callTool: async (_name, input) => ({ value: (await call((input as { ms: number }).ms)) ?? null, isError: false }),
  };
  const connection: LaneConnection = { toolset, aroundRun, close: async () => {} };
  const model = scriptedModel((prompt, index) => {
    const asked = prompt.findLast(({ role }) => role === "user");
    const [part] = asked?.role === "user" ? asked.content : [];
    const numbers = part?.type === "text" ? part.text.split(" ") : [];
    return index > 0 ? { text: "done" } : { calls: numbers.map((ms) => ({ tool: "work", input: { ms: Number(ms) } })) };
  });
  return new Lane("lane", connection, (wrapped) => createAgent({ name: "lane", model, toolsets: [wrapped] }));
}

function later(start: number, calls: readonly number[]): (lane: Lane) => Promise<unknown> {
  return async (lane) => {
    await sleep(start);
    return await lane.run(calls.join(" ")).catch((error: unknown) => error);
  };
}
