import { expect, expectTypeOf, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  checkpoint,
  gather,
  moveOnAfter,
  openMemoryChannel,
  type ReceiveChannel,
  run,
  type SendChannel,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("MC-1"), async () => {
  const { send, receive } = openMemoryChannel<string>();
  const log: string[] = [];
  const sendAll = async (...items: string[]): Promise<void> => {
    for (const item of items) {
      await send.send(item);
      log.push(`sent ${item}`);
    }
  };
  const receiveTwo = async (): Promise<void> => {
    for (const _ of [1, 2]) log.push(`received ${await receive.receive()}`);
  };

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => sendAll("hello", "world"));
      await sleep(1);
      log.push("sender waits");
      group.startSoon(receiveTwo);
      await sleep(1);
      group.startSoon(receiveTwo);
      await sleep(1);
      log.push("receiver waits");
      group.startSoon(() => sendAll("again", "and again"));
    }),
  );

  expect(log.filter((line) => !line.startsWith("sent"))).toEqual([
    "sender waits",
    "received hello",
    "received world",
    "receiver waits",
    "received again",
    "received and again",
  ]);
  expect(log.filter((line) => line.startsWith("sent"))).toEqual([
    "sent hello",
    "sent world",
    "sent again",
    "sent and again",
  ]);
  expect(log.indexOf("sent hello")).toBeGreaterThan(log.indexOf("sender waits"));
});

test(covers("MC-2"), async () => {
  const { send, receive } = openMemoryChannel<string>();
  const received: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      for (const name of ["a", "b"]) {
        group.startSoon(async () => void received.push(`${name} ${await receive.receive()}`));
      }
      await sleep(1);
      send.sendNoWait("first");
      send.sendNoWait("second");
    }),
  );

  expect(received).toEqual(["a first", "b second"]);
});

test(covers("MC-3"), async () => {
  const { send, receive } = openMemoryChannel<number>(2);

  const seen = await virtually(async () => {
    await send.send(1);
    send.sendNoWait(2);
    const refused = await thrownBy(() => send.sendNoWait(3));
    const items = [receive.receiveNoWait(), await receive.receive()];
    return { items, refused, empty: await thrownBy(() => receive.receiveNoWait()) };
  });

  expect(seen).toMatchObject({
    items: [1, 2],
    refused: {
      code: "RESOURCE_WOULD_BLOCK",
      message: "sendNoWait() into a memory channel, whose buffer of 2 is full, and no receiver waits; await send()",
    },
    empty: {
      code: "RESOURCE_WOULD_BLOCK",
      message: "receiveNoWait() from a memory channel, which is empty; await receive()",
    },
  });
});

test(covers("MC-4"), async () => {
  const { send, receive } = openMemoryChannel<string>(1);
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      send.sendNoWait("first");
      for (const item of ["second", "third"]) {
        group.startSoon(() => send.send(item).then(() => log.push(`${item} is in`)));
      }
      await sleep(1);
      log.push(receive.receiveNoWait());
      await sleep(1);
      log.push(await receive.receive(), await receive.receive());
    }),
  );

  expect(log.slice(0, 2)).toEqual(["first", "second is in"]);
  expect(log.filter((line) => !line.endsWith("is in"))).toEqual(["first", "second", "third"]);
});

test("without a buffer receiveNoWait takes the item of the sender that has waited longest", async () => {
  const { send, receive } = openMemoryChannel<string>();

  const items = await virtually(() =>
    taskGroup(async (group) => {
      for (const item of ["first", "second"]) group.startSoon(() => send.send(item));
      await sleep(1);
      return [receive.receiveNoWait(), receive.receiveNoWait()];
    }),
  );

  expect(items).toEqual(["first", "second"]);
});

test(covers("MC-5"), async () => {
  const { send, receive } = openMemoryChannel<string>(3);
  const received: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        using _mine = send;
        for (const item of ["a", "b", "c", "d"]) await send.send(item);
        await sleep(1);
        await send.send("e");
      });
      for await (const item of receive) received.push(item);
      received.push("end");
    }),
  );

  expect(received).toEqual(["a", "b", "c", "d", "e", "end"]);
});

test("a loop over a closed receive end throws, as it is not the end of the stream", async () => {
  const { receive } = openMemoryChannel<string>();
  receive.close();

  const thrown = await virtually(() =>
    thrownBy(async () => {
      for await (const item of receive) expect(item).toBe("nothing");
    }),
  );

  expect(thrown).toMatchObject({ code: "RESOURCE_CLOSED" });
});

test(covers("MC-15"), async () => {
  const { send, receive } = openMemoryChannel<string>(2);

  const seen = await virtually(async () => {
    send.sendNoWait("first");
    send.sendNoWait("second");
    send.close();
    return [receive.receiveNoWait(), await receive.receive(), await thrownBy(() => receive.receive())];
  });

  expect(seen).toMatchObject(["first", "second", { code: "END_OF_STREAM" }]);
});

test(covers("MC-19"), async () => {
  const { send, receive } = openMemoryChannel<number>(1);

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const all = [send.statistics()];
      using sender = send.clone();
      using receiver = receive.clone();
      group.startSoon(() => sender.send(1));
      group.startSoon(() => sender.send(2));
      group.startSoon(() => send.send(3));
      await sleep(1);
      all.push(receive.statistics());
      for (const _ of [1, 2, 3]) receiver.receiveNoWait();
      group.startSoon(() => receiver.receive());
      await sleep(1);
      all.push(send.statistics());
      send.sendNoWait(4);
      all.push(send.statistics());
      return all;
    }),
  );

  expect(seen).toEqual([
    counts({}),
    counts({
      bufferUsed: 1,
      openSendChannels: 2,
      openReceiveChannels: 2,
      tasksWaitingSend: 2,
    }),
    counts({ openSendChannels: 2, openReceiveChannels: 2, tasksWaitingReceive: 1 }),
    counts({ openSendChannels: 2, openReceiveChannels: 2 }),
  ]);
  expect(send.statistics()).toEqual(counts({}));
  expect(Object.isFrozen(send.statistics())).toBe(true);
});

test(covers("MC-21"), async () => {
  const sizes = [-1, 1.5, Number.NaN, -Infinity, "1", null];

  const thrown = await Promise.all(sizes.map((size) => thrownBy(() => openMemoryChannel(size as number))));

  expect(thrown.map((error) => (error as Error).name)).toEqual([
    ...Array<string>(4).fill("RangeError"),
    ...Array<string>(2).fill("TypeError"),
  ]);
  expect(openMemoryChannel(0).send.statistics().bufferSize).toBe(0);
  expect(openMemoryChannel(Infinity).send.statistics().bufferSize).toBe(Infinity);
});

test(covers("MC-22"), async () => {
  const { send, receive } = openMemoryChannel<null | undefined>(1);
  const received: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        using _mine = send;
        for (const item of [null, undefined, null, undefined, null]) await send.send(item);
      });
      received.push(await receive.receive(), await receive.receive());
      for await (const item of receive) received.push(item);
    }),
  );

  expect(received).toEqual([null, undefined, null, undefined, null]);
});

test(covers("MC-25"), async () => {
  const { send, receive } = openMemoryChannel<number>(4);
  const received: number[] = [];

  await virtually(async () => {
    for (const item of [1, 2, 3, 4]) send.sendNoWait(item);
    send.close();
    for await (const item of receive) {
      received.push(item);
      if (item === 2) break;
    }
    for await (const item of receive) received.push(item);
  });

  expect(received).toEqual([1, 2, 3, 4]);
  expect(receive.statistics().openReceiveChannels).toBe(1);
});

test(covers("MC-27"), async () => {
  const { send, receive } = openMemoryChannel<number>(Infinity);

  const turns = await virtually(() =>
    taskGroup(async (group) => {
      let others = 0;
      group.startSoon(async () => {
        for (;;) {
          await checkpoint();
          others += 1;
        }
      });
      const counted: number[] = [];
      for (let item = 0; item < 10; item++) await send.send(item);
      counted.push(others);
      for (let item = 0; item < 10; item++) await receive.receive();
      counted.push(others);
      group.cancel();
      return counted;
    }),
  );

  expect(turns?.[0]).toBeGreaterThanOrEqual(9);
  expect(turns?.[1]).toBeGreaterThanOrEqual(19);
});

test("a loop that sends and receives without ever waiting lets a deadline fire", async () => {
  const { send, receive } = openMemoryChannel<number>(1);
  let items = 0;

  const value = await run(() =>
    moveOnAfter(10, async () => {
      for (; ; items++) {
        await send.send(items);
        await receive.receive();
      }
    }),
  );

  expect(value).toBeUndefined();
  expect(items).toBeGreaterThan(0);
});

test(covers("MC-28"), async () => {
  const { send, receive } = openMemoryChannel<string>();

  const outside = receive.receive();
  await send.send("from outside");
  const inside = run(() => receive.receive());
  await checkpoint();
  await run(() => send.send("from another runtime"), { runtime: new VirtualRuntime() });

  expect(await outside).toBe("from outside");
  expect(await inside).toBe("from another runtime");
});

test("receivers with clones of their own share the work", async () => {
  const { send, receive } = openMemoryChannel<number>();
  const received: number[][] = [[], []];
  const work = (mine: ReceiveChannel<number>, into: number[]) => async () => {
    using end = mine;
    for await (const item of end) {
      into.push(item);
      await sleep(1);
    }
  };

  await virtually(async () => {
    await gather([
      async () => {
        using _mine = send;
        for (const item of [1, 2, 3, 4]) await send.send(item);
      },
      ...received.map((into) => work(receive.clone(), into)),
    ]);
  });

  expect(received.map((items) => items.length)).toEqual([2, 2]);
  expect(received.flat().toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4]);
});

test("sends that are not awaited one by one keep the order of the calls", async () => {
  const { send, receive } = openMemoryChannel<number>(2);
  const items = [1, 2, 3, 4];

  const received = await virtually(async () => {
    const sending = Promise.all(items.map((item) => send.send(item)));
    const receiving = Promise.all(items.map(() => receive.receive()));
    await sending;
    return await receiving;
  });

  expect(received).toEqual(items);
});

test("an item that is a promise comes out of a loop as it is", async () => {
  const { send, receive } = openMemoryChannel<Promise<string>>(2);
  const [first, second] = [Promise.resolve("first"), Promise.resolve("second")];

  const received = await virtually(async () => {
    send.sendNoWait(first);
    send.sendNoWait(second);
    for await (const item of receive) return [item, receive.receiveNoWait()];
    return [];
  });

  expect(received[0]).toBe(first);
  expect(received[1]).toBe(second);
});

test("a deadlock names the channel, and what each task waits for", async () => {
  const jobs = openMemoryChannel<number>(0, { name: "jobs" });
  const results = openMemoryChannel<number>();
  const runtime = new VirtualRuntime();

  const thrown = await thrownBy(() =>
    run(() => gather([() => jobs.send.send(1), () => results.receive.receive()]), { runtime, name: "main" }),
  );

  expect(String(thrown)).toContain('waits for room in channel "jobs"');
  expect(String(thrown)).toContain("waits for an item of a memory channel");
});

test("the ends have the type of the channel's items", () => {
  const channel = openMemoryChannel<number>();

  expectTypeOf(channel.send).toEqualTypeOf<SendChannel<number>>();
  expectTypeOf(() => channel.receive.receiveNoWait()).returns.toEqualTypeOf<number>();
  // @ts-expect-error a channel of numbers takes no text
  channel.send.send("text").catch(() => {});
});

function counts(changed: Partial<ReturnType<SendChannel<unknown>["statistics"]>>): unknown {
  return {
    bufferUsed: 0,
    bufferSize: 1,
    openSendChannels: 1,
    openReceiveChannels: 1,
    tasksWaitingSend: 0,
    tasksWaitingReceive: 0,
    ...changed,
  };
}
