import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { checkpoint, Event, type LeakError, run, runDetached, sleep } from "../src/index.ts";
import { runVirtually, VirtualRuntime } from "../src/testing/index.ts";
import { drained, thrownBy, watchRejections, withoutRejectionListeners } from "./virtually.ts";

test(covers("TT-7"), async () => {
  const never = new Event("never");

  const thrown = await thrownBy(() =>
    runVirtually(
      async (runtime) => {
        void run(() => never.wait(), { name: "waiting" });
        void run(() => sleep(5), { name: "sleeping" });
        runtime.setTimer(7, () => {});
        await checkpoint();
      },
      { name: "root" },
    ),
  );

  expect(thrown).toMatchObject({ code: "RUNTIME_LEAK", hint: expect.any(String) });
  expect((thrown as LeakError).leaks).toEqual([
    'task "waiting" has not ended',
    'task "sleeping" has not ended',
    'task "waiting" waits for event "never"',
    'task "sleeping" waits for sleep(5)',
    'a timer for 7, set by task "root"',
    'a timer for 5, set by task "sleeping"',
  ]);
});

test("what is left is dropped: it neither goes on nor fails once it has been reported", async () => {
  using _others = withoutRejectionListeners();
  using rejections = watchRejections();
  const log: string[] = [];

  await thrownBy(() =>
    runVirtually(() => {
      void run(() => sleep(5).then(() => log.push("went on")));
      void run(() => new Event().wait());
    }),
  );
  await drained();

  expect(log).toEqual([]);
  expect(rejections.reasons).toEqual([]);
});

test("what ends without the clock is let end, and is no leak", async () => {
  const value = await runVirtually(async () => {
    void run(async () => {
      for (let turn = 0; turn < 500; turn++) await checkpoint();
    });
    return "value";
  });

  expect(value).toBe("value");
});

test("what the function threw is thrown unchanged, and is the cause where something is left as well", async () => {
  const failure = new Error("failure");

  const clean = await thrownBy(() => runVirtually(() => Promise.reject(failure)));
  const leaking = await thrownBy(() =>
    runVirtually(async () => {
      void run(() => sleep(5));
      throw failure;
    }),
  );

  expect(clean).toBe(failure);
  expect(leaking).toMatchObject({ code: "RUNTIME_LEAK", cause: failure });
});

test("a deadlock is thrown as such: what it names is not named again", async () => {
  const thrown = await thrownBy(() => runVirtually(() => new Event("never").wait(), { name: "root" }));

  expect(thrown).toMatchObject({ code: "RUNTIME_DEADLOCK", waits: ['task "root" waits for event "never"'] });
});

test("real work that nobody waited for is a leak", async () => {
  const runtime = new VirtualRuntime();

  void runtime.external(new Promise(() => {}));

  expect(() => runtime.assertIdle()).toThrow("real work that was handed to external(): 1");
});

test("a task that is about to go on is a leak", async () => {
  const runtime = new VirtualRuntime();

  const running = run(() => "value", { runtime, name: "root" });
  const early = await thrownBy(() => runtime.assertIdle());
  await running;
  runtime.assertIdle();

  expect(early).toMatchObject({
    leaks: ['task "root" has not ended', 'task "root" is about to go on after start'],
  });
});

test("a timer that is due and has not fired is named once", async () => {
  const runtime = new VirtualRuntime();
  const left: string[] = [];

  runtime.setTimer(5, () => left.push(...runtime.leaks()));
  runtime.setTimer(5, () => {});
  await runtime.advance(5);

  expect(left).toEqual(["code outside a task is about to go on after a timer for 5"]);
});

test(covers("TT-8"), async () => {
  using _others = withoutRejectionListeners();
  const reason = new Error("lost");

  const thrown = await thrownBy(() =>
    runVirtually(async () => {
      void Promise.reject(reason);
      await checkpoint();
    }),
  );
  const late = await thrownBy(() =>
    runVirtually(() => {
      void Promise.reject(reason);
    }),
  );
  const ofNoTask = await thrownBy(() => runVirtually(() => runDetached(() => void Promise.reject(reason))));

  for (const error of [thrown, late, ofNoTask]) {
    expect(error).toMatchObject({
      code: "RUNTIME_LEAK",
      cause: reason,
      leaks: ["a rejection that nobody handled: lost"],
    });
  }
  expect(process.listenerCount("unhandledRejection")).toBe(0);
});

test(covers("TT-14"), async () => {
  using _others = withoutRejectionListeners();
  const failing = runVirtually(async () => {
    void Promise.reject(new Error("not handled"));
    await sleep(1);
  });
  const beside = runVirtually(async (runtime) => {
    await runtime.external(drained());
    return "done";
  });

  const [failed, passed] = await Promise.allSettled([failing, beside]);

  expect(failed).toMatchObject({ status: "rejected", reason: { code: "RUNTIME_LEAK" } });
  expect(passed).toEqual({ status: "fulfilled", value: "done" });
});
