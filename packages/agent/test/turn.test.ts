import { getEventListeners } from "node:events";
import {
  CancelScope,
  type CancelledError,
  currentTask,
  failAfter,
  isCancelled,
  run,
  shielded,
  sleep,
  type Step,
  type TaskInfo,
} from "@holdfast/concurrency";
import { VirtualRuntime } from "@holdfast/concurrency/testing";
import { expect, test } from "vitest";
import { createAgent, scriptedModel, ToolConnectionError } from "../src/index.ts";
import { anyTool, callingModel, leavesOf, rejectionOf, resultsIn, virtually } from "./models.ts";

const four = [["work"], ["work"], ["work"], ["work"]] as const;

test("runs four calls of a turn as four tasks, children of the turn's task, which is a child of the caller's", async () => {
  const tasks: TaskInfo[] = [];
  const turns: TaskInfo[] = [];
  const work = anyTool("work", async () => {
    tasks.push(currentTask());
    await sleep(10);
  });
  const agent = createAgent({ name: "triage", model: callingModel(...four), tools: [work] });

  const caller = await virtually(async () => {
    await agent.run("Go.", { observer: { turnStarted: () => turns.push(currentTask()) } });
    return currentTask();
  });

  expect(tasks.map(({ name }) => name)).toEqual(["work#1", "work#2", "work#3", "work#4"]);
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(4);
  expect(tasks.map(({ parentId }) => parentId)).toEqual(Array(4).fill(turns[0]?.id));
  expect(turns.map(({ name }) => name)).toEqual(["turn 1", "turn 2"]);
  expect(turns.map(({ parentId }) => parentId)).toEqual([caller.id, caller.id]);
});

test("gives the results in the order of the calls, whichever call ends first", async () => {
  const ended: unknown[] = [];
  const work = anyTool("work", async ({ ms }) => {
    await sleep(ms as number);
    ended.push(ms);
    return ms;
  });
  const model = scriptedModel((prompt, index) =>
    index === 0
      ? { calls: [30, 10, 20].map((ms) => ({ tool: "work", input: { ms } })) }
      : {
          text: resultsIn(prompt)
            .map(({ toolCallId, output }) => `${toolCallId}=${JSON.stringify(output)}`)
            .join(" "),
        },
  );
  const agent = createAgent({ name: "triage", model, tools: [work] });

  const { output } = await virtually(() => agent.run("Go."));

  expect(ended).toEqual([10, 20, 30]);
  expect(output).toBe(
    'call-1-1={"type":"json","value":30} call-1-2={"type":"json","value":10} call-1-3={"type":"json","value":20}',
  );
});

test("cancels the siblings of a call that fails the run, and joins them before the run rejects", async () => {
  const log: string[] = [];
  const lost = new ToolConnectionError("the socket closed");
  const work = anyTool("work", async () => {
    try {
      await sleep(1_000);
      log.push("worked");
    } catch (error) {
      await shielded(() => sleep(50));
      log.push(`cleaned up after ${String(isCancelled(error))}`);
      throw error;
    }
  });
  const fail = anyTool("fail", async () => {
    await sleep(10);
    throw lost;
  });
  const model = callingModel(["work"], ["fail"], ["work"]);
  const agent = createAgent({ name: "triage", model, tools: [work, fail] });

  const leaves = await leavesOf(virtually(() => agent.run("Go.")));

  expect(leaves).toEqual([lost]);
  expect(log).toEqual(["cleaned up after true", "cleaned up after true"]);
});

test("does not start a call whose sibling has failed the run already", async () => {
  let runs = 0;
  const fail = anyTool("fail", () => {
    throw new ToolConnectionError("the socket closed");
  });
  const slow = anyTool("slow", () => (runs += 1));
  const agent = createAgent({ name: "triage", model: callingModel(["fail"], ["slow"]), tools: [fail, slow] });
  const slowLast = (ready: readonly Step[]): number =>
    Math.max(
      0,
      ready.findIndex(({ task }) => task?.name !== "slow#2"),
    );
  const runtime = new VirtualRuntime({ choose: slowLast });

  const leaves = await leavesOf(run(() => agent.run("Go."), { runtime }));

  expect(leaves).toHaveLength(1);
  expect(runs).toBe(0);
});

test("a signal that aborts in the middle of the calls cancels them, and the run rejects with its reason", async () => {
  const controller = new AbortController();
  const reasons: unknown[] = [];
  const work = anyTool("work", async (_input, { signal }) => {
    signal.addEventListener("abort", () => reasons.push((signal.reason as CancelledError).reason));
    await sleep(1_000);
  });
  const agent = createAgent({ name: "triage", model: callingModel(["work"], ["work"]), tools: [work] });

  const error = await rejectionOf(
    virtually(async () => {
      const running = agent.run("Go.", { signal: controller.signal });
      await sleep(10);
      controller.abort("shutdown");
      return await running;
    }),
  );

  expect(error).toMatchObject({ code: "TASK_CANCELLED", source: "signal", reason: "shutdown" });
  expect(reasons).toEqual(["shutdown", "shutdown"]);
});

test("a signal that has aborted already keeps the run from starting", async () => {
  let asked = 0;
  const model = scriptedModel(() => ({ text: String((asked += 1)) }));
  const agent = createAgent({ name: "triage", model });

  const error = await rejectionOf(agent.run("Go.", { signal: AbortSignal.abort("late") }));

  expect(error).toMatchObject({ code: "TASK_CANCELLED", reason: "late" });
  expect(asked).toBe(0);
});

test("leaves no listener on the signal", async () => {
  const { signal } = new AbortController();
  const during: number[] = [];
  const work = anyTool("work", () => during.push(getEventListeners(signal, "abort").length));
  const agent = createAgent({ name: "triage", model: callingModel(["work"]), tools: [work] });

  await virtually(() => agent.run("Go.", { signal }));

  expect(during).toEqual([1]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a deadline of the caller reaches the tools, and passes through the run as the caller's own", async () => {
  const ended: string[] = [];
  const work = anyTool("work", async () => {
    try {
      await sleep(1_000);
    } finally {
      ended.push(currentTask().name);
    }
  });
  const agent = createAgent({ name: "triage", model: callingModel(["work"], ["work"]), tools: [work] });

  const error = await rejectionOf(virtually(() => failAfter(100, () => agent.run("Go."))));

  expect(error).toMatchObject({ code: "SCOPE_TIMEOUT", timeout: 100 });
  expect(ended.toSorted()).toEqual(["work#1", "work#2"]);
});

test("a deadline of the caller reaches the model through its abort signal", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const model = scriptedModel([{ text: "late" }], { latency: () => 1_000 });
  const generate = model.doGenerate.bind(model);
  model.doGenerate = (options) => {
    signals.push(options.abortSignal);
    return generate(options);
  };
  const agent = createAgent({ name: "triage", model });

  const error = await rejectionOf(virtually(() => failAfter(100, () => agent.run("Go."))));

  expect(error).toMatchObject({ code: "SCOPE_TIMEOUT" });
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
});

test("a scope that the caller cancels stops the run without an error of its own", async () => {
  const work = anyTool("work", () => sleep(1_000));
  const agent = createAgent({ name: "triage", model: callingModel(["work"]), tools: [work] });
  const scope = new CancelScope();

  const result = await virtually(async () => {
    const running = scope.run(() => agent.run("Go."));
    await sleep(10);
    scope.cancel("enough");
    return await running;
  });

  expect(result).toBeUndefined();
  expect(scope.cancelledCaught).toBe(true);
});
