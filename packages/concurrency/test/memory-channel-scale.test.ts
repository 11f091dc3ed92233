import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, moveOnAfter, openMemoryChannel, run, sleep, taskGroup } from "../src/index.ts";
import { drained } from "./virtually.ts";

const many = 100_000;
// Anything that walks past the others for each of them would take minutes, not seconds.
const timeout = 20_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test(covers("MC-31"), { timeout }, async () => {
  const { send, receive } = openMemoryChannel<number>();
  const scope = new CancelScope();

  const seen = await run(async () => {
    await scope.run(async () => {
      const waits = Array.from({ length: many }, (_, item) => send.send(item));
      await sleep(1);
      const waiting = send.statistics().tasksWaitingSend;
      scope.cancel();
      expect([waiting, send.statistics().tasksWaitingSend]).toEqual([many, 0]);
      await Promise.all(waits);
    });
    const waits = Array.from({ length: many }, () => receive.receive());
    await sleep(1);
    for (let item = 0; item < many; item++) send.sendNoWait(item);
    return await Promise.all(waits);
  });

  expect(scope.cancelledCaught).toBe(true);
  expect(seen).toEqual(Array.from({ length: many }, (_, item) => item));
});

test("a hundred thousand items of a buffer come out in order", { timeout }, async () => {
  const { send, receive } = openMemoryChannel<number>(many);
  for (let item = 0; item < many; item++) send.sendNoWait(item);
  send.close();
  const received: number[] = [];

  await run(async () => {
    for await (const item of receive) received.push(item);
  });

  expect(received).toHaveLength(many);
  expect(received.every((item, index) => item === index)).toBe(true);
});

test("a hundred thousand senders that wait behind a full buffer are served in order", { timeout }, async () => {
  const { send, receive } = openMemoryChannel<number>(10);
  const received: number[] = [];

  await run(() =>
    taskGroup(async (group) => {
      for (let item = 0; item < many; item++) group.startSoon(() => send.send(item));
      await checkpoint();
      while (received.length < many) received.push(await receive.receive());
    }),
  );

  expect(received.every((item, index) => item === index)).toBe(true);
});

test("a hundred thousand clones with a wait each are closed one after the other", { timeout }, async () => {
  const { send, receive } = openMemoryChannel<number>();
  const clones = Array.from({ length: many }, () => send.clone());

  const refused = await run(async () => {
    const waits = clones.map((clone) => clone.send(1).catch(() => "refused"));
    await sleep(1);
    for (const clone of clones.toReversed()) clone.close();
    return await Promise.all(waits);
  });

  expect(new Set(refused)).toEqual(new Set(["refused"]));
  expect(receive.statistics()).toMatchObject({ openSendChannels: 1, tasksWaitingSend: 0 });
});

test("a channel keeps no item that was taken, and no wait that has ended", { timeout }, async () => {
  const { send, receive } = openMemoryChannel<object>(2);
  const items: WeakRef<object>[] = [];
  const make = (): object => {
    const item = {};
    items.push(new WeakRef(item));
    return item;
  };

  await run(async () => {
    for (let turn = 0; turn < 10; turn++) {
      const receiving = receive.receive();
      send.sendNoWait(make());
      await receiving;
      send.sendNoWait(make());
      send.sendNoWait(make());
      const sending = send.send(make());
      await moveOnAfter(1, () => send.send(make()));
      for (const _ of [1, 2, 3]) receive.receiveNoWait();
      await sending;
    }
  });
  await drained();
  collectGarbage();

  expect(items.filter((ref) => ref.deref() !== undefined)).toEqual([]);
  expect(receive.statistics()).toMatchObject({ bufferUsed: 0, tasksWaitingReceive: 0 });
});
