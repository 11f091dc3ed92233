import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, openMemoryChannel, sleep, taskGroup, withSignal } from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("MC-9"), async () => {
  const { send, receive } = openMemoryChannel<string>();

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      const receiving = group.startSoon(() => receive.receive());
      await sleep(1);
      receiving.cancel();
      return await thrownBy(() => send.sendNoWait("item"));
    }),
  );

  expect(thrown).toMatchObject({
    code: "RESOURCE_WOULD_BLOCK",
    message: "sendNoWait() into a memory channel, which has no buffer, and no receiver waits; await send()",
  });
  expect(send.statistics().tasksWaitingReceive).toBe(0);
});

test(covers("MC-10"), async () => {
  const { send, receive } = openMemoryChannel<string>();

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      const sending = group.startSoon(() => send.send("item"));
      await sleep(1);
      sending.cancel();
      return await thrownBy(() => receive.receiveNoWait());
    }),
  );

  expect(thrown).toMatchObject({ code: "RESOURCE_WOULD_BLOCK" });
  expect(send.statistics().tasksWaitingSend).toBe(0);
});

test("a waiter that leaves from the middle of the queue takes nobody with it", async () => {
  const { send, receive } = openMemoryChannel<string>();

  const items = await virtually(() =>
    taskGroup(async (group) => {
      const sending = ["a", "b", "c", "d"].map((item) => group.startSoon(() => send.send(item)));
      await sleep(1);
      sending[1]?.cancel();
      sending[3]?.cancel();
      const taken = [receive.receiveNoWait(), receive.receiveNoWait()];
      return { taken, left: send.statistics().tasksWaitingSend };
    }),
  );

  expect(items).toEqual({ taken: ["a", "c"], left: 0 });
});

test(covers("MC-16"), async () => {
  const { send, receive } = openMemoryChannel<string>(2);

  const seen = await virtually(async () => {
    send.sendNoWait("hello");
    const thrown = await new CancelScope().run(async (scope) => {
      scope.cancel();
      return [await thrownBy(() => receive.receive()), await thrownBy(() => send.send("not sent"))];
    });
    send.sendNoWait("world");
    return { thrown, items: [receive.receiveNoWait(), receive.receiveNoWait()] };
  });

  expect(seen).toMatchObject({
    thrown: [{ code: "TASK_CANCELLED" }, { code: "TASK_CANCELLED" }],
    items: ["hello", "world"],
  });
});

test(covers("MC-17"), async () => {
  const { send, receive } = openMemoryChannel<string>(1);
  const received: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const receiving = group.startSoon(async () => {
        received.push(await receive.receive());
        await sleep(1);
        received.push("not reached");
      });
      await sleep(1);
      send.sendNoWait("item");
      receiving.cancel();
    }),
  );

  expect(received).toEqual(["item"]);
});

test("a call that found what it needed is done, whatever is cancelled before it goes on", async () => {
  const { send, receive } = openMemoryChannel<string>(1);

  const seen = await virtually(async () => {
    const results: unknown[] = [];
    await new CancelScope().run(async (scope) => {
      const sending = send.send("item");
      scope.cancel();
      results.push(await sending);
    });
    await new CancelScope().run(async (scope) => {
      const receiving = receive.receive();
      scope.cancel();
      results.push(await receiving);
    });
    return results;
  });

  expect(seen).toEqual([undefined, "item"]);
});

test("a sender that is cancelled right after its item was taken has sent it", async () => {
  const { send, receive } = openMemoryChannel<string>();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const sending = group.startSoon(() => send.send("item").then(() => log.push("sent")));
      await sleep(1);
      log.push(receive.receiveNoWait());
      sending.cancel();
    }),
  );

  expect(log).toEqual(["item", "sent"]);
});

test(covers("MC-18"), async () => {
  const { send, receive } = openMemoryChannel<string>(1);

  const items = await virtually(() =>
    taskGroup(async (group) => {
      const receiving = group.startSoon(() => receive.receive());
      await sleep(1);
      receiving.cancel();
      send.sendNoWait("item");
      const { bufferUsed } = send.statistics();
      return { bufferUsed, item: await receive.receive(), status: receiving.status };
    }),
  );

  expect(items).toEqual({ bufferUsed: 1, item: "item", status: "cancelled" });
});

test(covers("MC-26"), async () => {
  const { send, receive } = openMemoryChannel<string>(1);
  const log: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const scope = new CancelScope();
      group.startSoon(() =>
        scope.run(() =>
          Promise.all([
            // Called while the cancellation goes through the waits of the scope, and has not come to the receiver.
            withSignal((signal) => {
              signal.addEventListener("abort", () => send.sendNoWait("sent meanwhile"));
              return sleep(Infinity);
            }),
            receive.receive().then((item) => log.push(`the cancelled one got ${item}`)),
          ]),
        ),
      );
      group.startSoon(() =>
        sleep(2)
          .then(() => receive.receive())
          .then((item) => log.push(`the next got ${item}`)),
      );
      await sleep(1);
      scope.cancel();
      log.push(send.statistics());
    }),
  );

  expect(log).toMatchObject([{ bufferUsed: 1, tasksWaitingReceive: 0 }, "the next got sent meanwhile"]);
});

test("a receiver that was passed over has been cancelled, also when a shield is raised over it right after", async () => {
  const { send, receive } = openMemoryChannel<string>(1);
  const outer = new CancelScope();
  const inner = new CancelScope();
  const log: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() =>
        outer.run(() =>
          taskGroup((pair) => {
            pair.startSoon(() =>
              withSignal((signal) => {
                signal.addEventListener("abort", () => {
                  send.sendNoWait("sent meanwhile");
                  inner.shield = true;
                });
                return sleep(Infinity);
              }),
            );
            pair.startSoon(() =>
              inner.run(() => receive.receive()).catch((error: { code: string }) => log.push(error.code)),
            );
          }),
        ),
      );
      await sleep(1);
      outer.cancel();
      await sleep(1);
      log.push(await receive.receive());
    }),
  );

  expect(log).toEqual(["TASK_CANCELLED", "sent meanwhile"]);
});

test("an instrument that looks on while a wait ends finds a channel in order", async () => {
  const { send, receive } = openMemoryChannel<string>();
  const found: unknown[] = [];

  await virtually(
    () =>
      taskGroup(async (group) => {
        const sending = group.startSoon(() => send.send("first"));
        group.startSoon(() => send.send("second"));
        await sleep(1);
        sending.cancel();
        found.push(receive.receiveNoWait());
      }),
    { instruments: [{ waitEnded: () => found.push(send.statistics().tasksWaitingSend) }] },
  );

  expect(found.slice(-4)).toEqual([1, 0, "second", 0]);
});

test(covers("MC-29"), async () => {
  using rejections = watchRejections();
  const { send, receive } = openMemoryChannel<string>();

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      void receive.receive();
      void receive[Symbol.asyncIterator]().next();
      await sleep(1);
      scope.cancel();
    }),
  );
  await virtually(() =>
    new CancelScope().run(async (scope) => {
      void send.send("item");
      await sleep(1);
      scope.cancel();
    }),
  );
  await drained();

  expect(rejections.reasons).toEqual([]);
});
