import { checkpoint, Event, sleep } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { explore, replay, type Scenario } from "../src/index.ts";
import { random } from "../src/random.ts";
import { parseReplay, replayString } from "../src/replay-string.ts";
import { Recorder, type Schedule } from "../src/search/schedule.ts";
import { Uniform } from "../src/search/random-walks.ts";
import { Session } from "../src/session.ts";
import { inSlices } from "../src/slices.ts";
import { below } from "./random-numbers.ts";

/** Loses an update where both read before one has written. */
const lossy: Scenario = async (lab) => {
  const account = lab.shared({ balance: 100 }, "account");
  await lab.all(2, async () => {
    const { balance } = account;
    await sleep(10);
    account.balance = balance - 30;
  });
  if (account.balance !== 40) throw new Error(`lost an update: ${account.balance}`);
};

test("reads every string that it writes", () => {
  const chance = random(4);

  for (let turn = 0; turn < 500; turn++) {
    const length = below(chance, 6);
    const schedule: Schedule = Array.from({ length }, () => ({
      at: below(chance, 999_999),
      index: below(chance, 9_999),
    }));
    const fingerprint = below(chance, 2 ** 24)
      .toString(16)
      .padStart(6, "0");

    expect(parseReplay(replayString({ fingerprint, schedule }))).toEqual({ fingerprint, schedule });
  }
});

test.for([
  "",
  "h2:7f3a9c:np:-",
  "h1:7f3a9:np:-",
  "h1:7f3a9g:np:-",
  "h1:7f3a9c:fifo:-",
  "h1:7f3a9c:np:",
  "h1:7f3a9c:np:1",
  "h1:7f3a9c:np:1.2,",
  "h1:7f3a9c:np:1.2;3.4",
  "h1:7f3a9c:np:-1.2",
  "h1:7f3a9c:np:1.2:3",
])("refuses %j and says what a string looks like", async (text) => {
  await expect(replay(lossy, text)).rejects.toMatchObject({
    code: "EXPLORE_REPLAY_INVALID",
    message: expect.stringContaining("it looks like h1:"),
  });
});

test(covers("EX-14"), async () => {
  const found = await explore(lossy);

  const { failed, trace, divergence } = await replay(lossy, found.replay as string);

  expect([failed, divergence]).toEqual([true, undefined]);
  expect(String(trace.error)).toBe(String(found.error));
  expect(trace.steps).toEqual(found.minimal?.trace.steps);
});

test(covers("EX-15"), async () => {
  const text = (await explore(lossy)).replay as string;
  const changed: Scenario = async (lab) => {
    await lab.all(2, () => checkpoint());
  };

  await expect(replay(changed, text)).rejects.toMatchObject({ code: "EXPLORE_DIVERGED" });
  const { failed, divergence } = await replay(changed, text, { tolerant: true });

  expect(failed).toBe(false);
  expect(divergence).toMatch(/^its steps are [0-9a-f]{6} and were [0-9a-f]{6}$/);
});

test.for([
  ["h1:000000:np:0.7", /^at choice 0 the 8th of what could happen was to, and there were only 1$/],
  ["h1:000000:np:99.0", /^the run has only \d+ choices$/],
] as const)("tells where %s leaves the program", async ([text, words]) => {
  const { divergence } = await replay(lossy, text, { tolerant: true });

  expect(divergence).toMatch(words);
});

test("goes the same way by a schedule as the run that it was noted from", async () => {
  const scenario: Scenario = async (lab) => {
    const log = lab.shared({ order: "" }, "log");
    await lab.all(3, async (index) => {
      log.order += index;
      if (lab.choose(true, false)) await sleep(index);
      await checkpoint();
      log.order += index;
    });
  };
  using session = new Session(scenario, { maxSteps: 1_000, orderedTimers: false });
  const recorder = new Recorder(new Uniform(random(6)));
  const runs: { readonly noted: string; readonly followed: string; readonly divergence: string | undefined }[] = [];

  await inSlices(() => {
    recorder.begin();
    session.runner.once(recorder);
    const noted = session.fingerprint();
    const { fingerprint, follower } = session.follow(recorder.schedule);
    runs.push({ noted, followed: fingerprint, divergence: follower.divergence });
    return runs.length === 200;
  });

  expect(runs.filter(({ noted, followed, divergence }) => noted !== followed || divergence !== undefined)).toEqual([]);
  expect(new Set(runs.map(({ noted }) => noted)).size).toBeGreaterThan(50);
});

test("a trace tells two things of one kind apart, and says of which task a state is", async () => {
  const scenario: Scenario = async (lab) => {
    const events = [new Event(), new Event()];
    await lab.all(2, async (index) => {
      events[index]?.set();
      await events[1 - index]?.wait();
    });
    throw new Error("always");
  };
  const { replay: text = "" } = await explore(scenario);

  const { trace } = await replay(scenario, text);

  const names = new Set(trace.steps.flatMap(({ accesses }) => accesses.map(({ resource }) => resource)));
  expect(names).toContain("Event");
  expect(names).toContain("Event 2");
  expect(names).not.toContain("Event 3");
  expect(names).toContain("the state of task 1");
  expect(names).not.toContain("Info");
});
