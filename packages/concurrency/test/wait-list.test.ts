import { expect, test } from "vitest";
import {
  CancelScope,
  CapacityLimiter,
  Condition,
  Event,
  type Instrument,
  Lock,
  openMemoryChannel,
  Semaphore,
  sleep,
  taskGroup,
  waitForEvent,
} from "../src/index.ts";
import { virtually } from "./virtually.ts";

interface Case {
  readonly what: string;
  readonly wait: () => Promise<unknown>;
  readonly bring: () => void;
}

/** Each kind of wait for something shared, and what brings it. */
function cases(): readonly Case[] {
  const event = new Event("ready");
  const semaphore = new Semaphore(0, { name: "seats" });
  const limiter = new CapacityLimiter(0, { name: "users" });
  const empty = openMemoryChannel<string>(0, { name: "jobs" });
  const full = openMemoryChannel<string>(0, { name: "logs" });
  const target = new EventTarget();
  return [
    { what: 'event "ready"', wait: () => event.wait(), bring: () => event.set() },
    { what: 'semaphore "seats"', wait: () => semaphore.acquire(), bring: () => semaphore.release() },
    { what: 'capacity limiter "users"', wait: () => limiter.acquire(), bring: () => void (limiter.totalTokens = 1) },
    { what: 'an item of channel "jobs"', wait: () => empty.receive.receive(), bring: () => empty.send.sendNoWait("") },
    { what: 'room in channel "logs"', wait: () => full.send.send(""), bring: () => void full.receive.receiveNoWait() },
    {
      what: 'event "drain"',
      wait: () => waitForEvent(target, "drain"),
      bring: () => void target.dispatchEvent(new globalThis.Event("drain")),
    },
  ];
}

test("instruments are told of each wait for something shared, when it begins and when it ends", async () => {
  const log: string[] = [];
  const instrument: Instrument = {
    waitBegun: ({ what }) => log.push(`began ${what}`),
    waitEnded: ({ what }, outcome) => log.push(`${outcome} ${what}`),
  };

  await virtually(
    async () => {
      for (const { wait, bring } of cases()) {
        const waiting = wait();
        bring();
        await waiting;
      }
    },
    { instruments: [instrument] },
  );

  expect(log).toEqual(cases().flatMap(({ what }) => [`began ${what}`, `value ${what}`]));
});

test("instruments are told of the waits for a lock and its condition", async () => {
  const log: string[] = [];
  const lock = new Lock({ name: "files" });
  const condition = new Condition(lock, { name: "changed" });
  const instrument: Instrument = {
    waitBegun: ({ what, task }) => task.name === "waiter" && log.push(`began ${what}`),
    waitEnded: ({ what, task }, outcome) => task.name === "waiter" && log.push(`${outcome} ${what}`),
  };

  await virtually(
    () =>
      taskGroup(async (group) => {
        const hold = await lock.acquire();
        group.startSoon(() => condition.withLock(() => condition.wait()), { name: "waiter" });
        await sleep(1);
        hold.release();
        await condition.withLock(() => condition.notify());
      }),
    { instruments: [instrument] },
  );

  expect(log).toEqual([
    'began lock "files"',
    'value lock "files"',
    'began condition "changed"',
    'value condition "changed"',
    'began lock "files"',
    'value lock "files"',
  ]);
});

test("what an instrument brings when it is told of the wait is not lost", async () => {
  const ended: string[] = [];

  for (const { what, wait, bring } of cases()) {
    await virtually(() => wait().then(() => ended.push(what)), { instruments: [{ waitBegun: bring }] });
  }

  expect(ended).toEqual(cases().map(({ what }) => what));
});

test("a wait that an instrument cancels when it is told of it leaves no trace", async () => {
  const lock = new Lock();
  const semaphore = new Semaphore(0);
  const { send, receive } = openMemoryChannel<string>();
  let scope: CancelScope | undefined;

  await virtually(
    () =>
      taskGroup(async (group) => {
        using _hold = await lock.acquire();
        for (const wait of [() => lock.acquire(), () => semaphore.acquire(), () => receive.receive()]) {
          scope = new CancelScope();
          await group.startSoon(() => scope?.run<unknown>(wait));
        }
      }),
    { instruments: [{ waitBegun: () => scope?.cancel() }] },
  );

  expect([lock.statistics(), semaphore.statistics(), send.statistics()]).toMatchObject([
    { isLocked: false, tasksWaiting: 0 },
    { tasksWaiting: 0 },
    { tasksWaitingReceive: 0 },
  ]);
});

test("an instrument that is told of the end of one wait, and cancels the next, keeps nobody else from waking", async () => {
  const event = new Event();
  const scope = new CancelScope();
  const log: string[] = [];

  await virtually(
    () =>
      taskGroup(async (group) => {
        group.startSoon(() => event.wait().then(() => log.push("first")));
        group.startSoon(() => scope.run(() => event.wait().then(() => log.push("second"))));
        group.startSoon(() => event.wait().then(() => log.push("third")));
        await sleep(1);
        event.set();
      }),
    { instruments: [{ waitEnded: ({ what }) => what === "an event" && scope.cancel() }] },
  );

  expect(log).toEqual(["first", "third"]);
  expect(scope.cancelledCaught).toBe(true);
});
