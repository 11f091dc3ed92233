import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { Event, sleep, taskGroup } from "../src/index.ts";
import { virtually } from "./virtually.ts";

test(covers("AS-15"), async () => {
  const event = new Event();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => {
        log.push("setting");
        event.set();
      });
      await event.wait();
      log.push("woken");
    }),
  );

  expect(log).toEqual(["setting", "woken"]);
  expect(event.isSet).toBe(true);
});

test(covers("AS-16"), async () => {
  const event = new Event();
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(async () => {
        log.push("started");
        await event.wait();
        log.push("not reached");
      });
      group.cancel();
      event.set();
    }),
  );

  expect(log).toEqual(["started"]);
});

test(covers("AS-17"), async () => {
  const event = new Event();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        await event.wait();
        log.push("woken");
      });
      await sleep(1);
      event.set();
      group.cancel();
    }),
  );

  expect(log).toEqual(["woken"]);
});

test(covers("AS-18"), async () => {
  const event = new Event();

  const waiting = await virtually(() =>
    taskGroup(async (group) => {
      const seen = [event.statistics().tasksWaiting];
      for (let i = 0; i < 2; i++) {
        group.startSoon(() => event.wait());
        await sleep(1);
        seen.push(event.statistics().tasksWaiting);
      }
      event.set();
      return [...seen, event.statistics().tasksWaiting];
    }),
  );

  expect(waiting).toEqual([0, 1, 2, 0]);
});

test(covers("AS-19"), async () => {
  const event = new Event();
  event.set();

  const returned = await virtually(() => event.wait().then(() => "returned"));

  expect(returned).toBe("returned");
});
