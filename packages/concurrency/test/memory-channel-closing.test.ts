import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { openMemoryChannel, sleep, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("MC-6"), async () => {
  const { send, receive } = openMemoryChannel<string>(1, { name: "jobs" });
  using _sender = send.clone();
  using _receiver = receive.clone();
  send.sendNoWait("item");
  send.close();
  receive.close();

  const thrown = await virtually(async () => [
    await thrownBy(() => send.send("late")),
    await thrownBy(() => send.sendNoWait("late")),
    await thrownBy(() => receive.receive()),
    await thrownBy(() => receive.receiveNoWait()),
  ]);

  expect(thrown.map(String)).toEqual([
    'ClosedResourceError: send() on a closed send end of channel "jobs"; give each task a clone() to close',
    'ClosedResourceError: sendNoWait() on a closed send end of channel "jobs"; give each task a clone() to close',
    'ClosedResourceError: receive() on a closed receive end of channel "jobs"; give each task a clone() to close',
    'ClosedResourceError: receiveNoWait() on a closed receive end of channel "jobs"; give each task a clone() to close',
  ]);
  expect(thrown).toMatchObject(thrown.map(() => ({ code: "RESOURCE_CLOSED" })));
  expect(receive.statistics().bufferUsed).toBe(1);
});

test(covers("MC-7"), async () => {
  const { send, receive } = openMemoryChannel<string>(0, { name: "jobs" });
  send.close();

  const thrown = await virtually(async () => [
    await thrownBy(() => receive.receive()),
    await thrownBy(() => receive.receiveNoWait()),
  ]);

  expect(thrown).toMatchObject([
    {
      code: "END_OF_STREAM",
      message: 'receive() from channel "jobs", which is empty and whose send ends are all closed',
    },
    { code: "END_OF_STREAM" },
  ]);
});

test(covers("MC-8"), async () => {
  const { send, receive } = openMemoryChannel<string>(1, { name: "jobs" });
  receive.close();

  const thrown = await virtually(async () => [
    await thrownBy(() => send.send("item")),
    await thrownBy(() => send.sendNoWait("item")),
  ]);

  expect(thrown).toMatchObject([
    {
      code: "RESOURCE_BROKEN",
      message: 'send() into channel "jobs", whose receive ends are all closed; stop sending',
    },
    { code: "RESOURCE_BROKEN" },
  ]);
});

test(covers("MC-11"), async () => {
  const { send, receive } = openMemoryChannel<string>(1);
  const sender = send.clone();
  const receiver = receive.clone();

  const seen = await virtually(async () => {
    send.close();
    receive.close();
    sender.sendNoWait("through the clones");
    const item = await receiver.receive();
    sender.close();
    const end = await thrownBy(() => receiver.receiveNoWait());
    receiver.close();
    return { item, end };
  });

  expect(seen).toMatchObject({ item: "through the clones", end: { code: "END_OF_STREAM" } });
  expect(sender.statistics()).toMatchObject({ openSendChannels: 0, openReceiveChannels: 0 });
});

test(covers("MC-12"), async () => {
  const { send, receive } = openMemoryChannel();
  send.close();
  receive.close();

  const thrown = [await thrownBy(() => send.clone()), await thrownBy(() => receive.clone())];

  expect(thrown).toMatchObject([{ code: "RESOURCE_CLOSED" }, { code: "RESOURCE_CLOSED" }]);
  expect(send.statistics()).toMatchObject({ openSendChannels: 0, openReceiveChannels: 0 });
});

test(covers("MC-13"), async () => {
  const { send, receive } = openMemoryChannel<string>(1);

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const ends = [1, 2, 3].map(() => group.startSoon(() => thrownBy(() => receive.receive())));
      await sleep(1);
      const clone = send.clone();
      send.close();
      await sleep(1);
      const waiting = [receive.statistics().tasksWaitingReceive];
      clone.close();
      waiting.push(receive.statistics().tasksWaitingReceive);
      return { waiting, thrown: await Promise.all(ends) };
    }),
  );

  const ended = { code: "END_OF_STREAM" };
  expect(seen).toMatchObject({ waiting: [3, 0], thrown: [ended, ended, ended] });
});

test(covers("MC-14"), async () => {
  const { send, receive } = openMemoryChannel<unknown>();

  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        const refused = [null, undefined].map((item) => group.startSoon(() => thrownBy(() => send.send(item))));
        group.startSoon(() => send.send("item"));
        await sleep(1);
        receive.close();
        expect(await refused[0]).toMatchObject({ code: "RESOURCE_BROKEN" });
        expect(await refused[1]).toMatchObject({ code: "RESOURCE_BROKEN" });
      }),
    ),
  );

  expect(thrown).toMatchObject({ errors: [{ code: "RESOURCE_BROKEN" }] });
  expect(send.statistics()).toMatchObject({ tasksWaitingSend: 0, bufferUsed: 0 });
});

test(covers("MC-20"), () => {
  const channel = openMemoryChannel<string>(1);
  const clone = channel.send.clone();

  {
    using _both = channel;
    using _clone = clone;
    clone.close();
    clone.close();
    expect(channel.send.statistics()).toMatchObject({ openSendChannels: 1, openReceiveChannels: 1 });
  }

  expect(channel.send.statistics()).toMatchObject({ openSendChannels: 0, openReceiveChannels: 0 });
});

test(covers("MC-23"), async () => {
  const { send, receive } = openMemoryChannel<string>();

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const [sender, receiver] = [send.clone(), receive.clone()];
      const own = group.startSoon(() => thrownBy(() => receiver.receive()));
      const other = group.startSoon(() => receive.receive());
      await sleep(1);
      receiver.close();
      send.sendNoWait("for the other");
      const received = { own: await own, other: await other };
      const refused = group.startSoon(() => thrownBy(() => sender.send("withdrawn")));
      const kept = group.startSoon(() => send.send("kept"));
      await sleep(1);
      sender.close();
      const item = receive.receiveNoWait();
      await kept;
      return { ...received, refused: await refused, item };
    }),
  );

  expect(seen).toMatchObject({
    own: { code: "RESOURCE_CLOSED" },
    other: "for the other",
    refused: { code: "RESOURCE_CLOSED" },
    item: "kept",
  });
});

test("closing the last end of a side tells those at that end that it is closed, and the others that the side is", async () => {
  const { send, receive } = openMemoryChannel<string>();

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const receiving = group.startSoon(() => thrownBy(() => receive.receive()));
      await sleep(1);
      receive.close();
      return [await receiving, await thrownBy(() => send.send("item"))];
    }),
  );

  expect(seen).toMatchObject([{ code: "RESOURCE_CLOSED" }, { code: "RESOURCE_BROKEN" }]);
});

test("an end that is closed after its waits were served refuses none of them", async () => {
  const { send, receive } = openMemoryChannel<string>();

  const items = await virtually(() =>
    taskGroup(async (group) => {
      const receiving = group.startSoon(() => receive.receive());
      await sleep(1);
      send.sendNoWait("handed over");
      receive.close();
      return await receiving;
    }),
  );

  expect(items).toBe("handed over");
});

test(covers("MC-24"), () => {
  const { send, receive } = openMemoryChannel<string>(2);
  const receiver = receive.clone();
  send.sendNoWait("first");
  send.sendNoWait("second");

  receive.close();
  const before = send.statistics();
  receiver.close();

  expect(before).toMatchObject({ bufferUsed: 2, openReceiveChannels: 1 });
  expect(send.statistics()).toMatchObject({ bufferUsed: 0, openReceiveChannels: 0 });
});
