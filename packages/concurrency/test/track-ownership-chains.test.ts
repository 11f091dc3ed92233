import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { run, taskGroup } from "../src/index.ts";
import { currentCallChain } from "../src/testing/call-chains.ts";
import { ownershipReports } from "../src/testing/index.ts";
import { offences, type TestClient, trackedClient, turns } from "./tracked-client.ts";

// Following begins here: async functions that run already when it does are not known.
trackedClient();

/** The first to come opens, the last to leave closes. */
class Counted {
  readonly client: TestClient;
  readonly ready: Promise<void> | undefined = undefined;
  #users = 0;
  #opening: Promise<unknown> | undefined;

  constructor(client: TestClient) {
    this.client = client;
  }

  async acquire(): Promise<void> {
    if (this.#users++ === 0) this.#opening = this.client.connect();
    await this.#opening;
  }

  async release(): Promise<void> {
    if (--this.#users === 0) await this.client.close();
  }
}

async function toolCall(counted: Counted, length: number): Promise<void> {
  // Often there is nothing to wait for.
  await counted.ready;
  await counted.acquire();
  try {
    await counted.client.call(length);
  } finally {
    await counted.release();
  }
}

test(covers("OT-2"), async () => {
  const client = trackedClient();
  const counted = new Counted(client);

  await Promise.all([1, 2, 3, 4].map((length) => toolCall(counted, length)));

  const [report, ...rest] = ownershipReports(client);
  expect(rest).toEqual([]);
  expect(report).toMatchObject({ kind: "closed-by-another", resource: "TestClient", calls: [] });
  expect(report?.opener?.method).toBe("connect()");
  expect(report?.opener?.stack).toMatch(/at Counted\.acquire .*\n.*at toolCall/);
  expect(report?.offender.stack).toMatch(/at Counted\.release .*\n.*at toolCall .*\n.*Promise\.all \(index 3\)/);
  expect(report?.closer).toBe(report?.offender);
  const { opener, closer } = report as Required<typeof report> & object;
  expect([opener?.chain, closer?.chain].join()).toMatch(
    /^call chain (\d+) \(toolCall\),call chain (?!\1)\d+ \(toolCall\)$/,
  );
  expect(report?.message).toBe(
    `close() of a TestClient in ${closer?.chain}, but ${opener?.chain} had opened it with connect() and was still running when ${closer?.chain} began; let the chain that opens it close it, after all who use it`,
  );
});

test("the counted connection is closed by its opener when that leaves last, and when it is alone", async () => {
  const counted = new Counted(trackedClient());

  await Promise.all([4, 3, 2, 1].map((length) => toolCall(counted, length)));
  await toolCall(counted, 1);
  await toolCall(counted, 1);

  expect(offences(counted.client)).toEqual([]);
});

test("an opener that is done when the closer has only just begun is another chain all the same", async () => {
  const client = trackedClient();
  const waiting = async (): Promise<void> => {
    await turns(3);
    await client.close();
  };

  await Promise.all([client.connect(), (async () => await client.call())(), waiting()]);
  const opener = async (): Promise<unknown> => await client.connect();
  await Promise.all([opener(), waiting()]);

  expect(offences(client)).toEqual(["closed-by-another"]);
});

test("a caller of the opener may close, also while the opener goes on with something else", async () => {
  const [served, told, worked] = [trackedClient(), trackedClient(), trackedClient()];
  const serve = async (): Promise<void> => {
    await served.connect();
    await turns(5);
  };
  const submit = (job: () => Promise<unknown>): Promise<unknown> =>
    new Promise((resolve) => {
      const runJob = async (): Promise<void> => {
        resolve(await job());
        await turns(5);
      };
      void runJob();
    });
  const jobs: (() => Promise<void>)[] = [];
  const worker = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
    await turns(5);
  };

  const serving = serve();
  await turns(3);
  await served.close();
  await submit(async () => await told.connect());
  await told.close();
  const opened = Promise.withResolvers<void>();
  jobs.push(async () => {
    await worked.connect();
    opened.resolve();
  });
  const working = worker();
  await opened.promise;
  await worked.close();
  await Promise.all([serving, working]);

  expect([served, told, worked].map((client) => client.isOpen)).toEqual([false, false, false]);
  expect([served, told, worked].flatMap(offences)).toEqual([]);
});

test("calls of one function that come from nowhere are chains of their own, and calls of others unknown", async () => {
  const symmetric = trackedClient();
  const handled = trackedClient();
  const request = async (length: number): Promise<void> => await toolCall(counted, length);
  const counted = new Counted(symmetric);
  const emitter = new EventEmitter();
  emitter.on("request", (length: number) => void request(length));
  emitter.on("serve", () => void (async () => (await handled.connect(), await turns(6)))());
  emitter.on("stop", () => void (async () => await handled.close())());

  emitter.emit("request", 1);
  emitter.emit("request", 2);
  emitter.emit("serve");
  await turns(3);
  emitter.emit("stop");
  await turns(6);

  expect(offences(symmetric)).toEqual(["closed-by-another"]);
  expect(offences(handled)).toEqual([]);
});

test(covers("OT-6"), async () => {
  const callers = trackedClient();
  const callees = trackedClient();
  const phases = [trackedClient(), trackedClient()];
  const openIt = async (client: TestClient): Promise<void> => {
    await turns();
    await client.connect();
  };
  const closeIt = async (client: TestClient): Promise<void> => {
    await turns();
    await client.call();
    await client.close();
  };

  await openIt(callers);
  await callers.close();
  await callees.connect();
  await Promise.all([1, 2].map(async () => await callees.call()));
  await closeIt(callees);
  await Promise.all(phases.map(openIt));
  await Promise.all(phases.map(async (client) => await client.call()));
  await Promise.all(phases.map(closeIt));

  expect([callers, callees, ...phases].flatMap(offences)).toEqual([]);
});

test("callbacks, generators and timers of the opener are the opener", async () => {
  const [reaction, generator, timer, listener] = [trackedClient(), trackedClient(), trackedClient(), trackedClient()];
  async function* steps(client: TestClient): AsyncGenerator {
    await client.connect();
    try {
      yield await client.call();
      yield await client.call();
    } finally {
      await client.close();
    }
  }
  const emitter = new EventEmitter().once("end", () => void listener.close());

  await reaction
    .connect()
    .then(() => reaction.call())
    .then(() => reaction.close());
  for await (const step of steps(generator)) expect(step).toBe(true);
  await timer.connect();
  await new Promise<void>((resolve) => {
    const closeIt = async (): Promise<void> => {
      await timer.close();
      resolve();
    };
    setImmediate(() => void closeIt());
  });
  await listener.connect();
  emitter.emit("end");
  await turns(3);

  expect([reaction, generator, timer, listener].map((client) => client.isOpen)).toEqual([false, false, false, false]);
  expect([reaction, generator, timer, listener].flatMap(offences)).toEqual([]);
});

test(covers("OT-7"), async () => {
  const shared = trackedClient();
  const counted = new Counted(shared);
  const own = trackedClient();
  const ofParent = trackedClient();

  await run(async () => {
    await taskGroup(async (group) => {
      group.startSoon(() => toolCall(counted, 1), { name: "first" });
      group.startSoon(() => toolCall(counted, 3), { name: "second" });
      await own.connect();
      await Promise.all([1, 2].map(async (count) => (await turns(count), count === 2 && (await own.close()))));
      await ofParent.connect();
    });
    await ofParent.close();
  });

  expect(ownershipReports(shared).map(({ kind, opener, closer }) => [kind, opener?.chain, closer?.chain])).toEqual([
    ["closed-by-another", 'task "first"', 'task "second"'],
  ]);
  expect(offences(own)).toEqual([]);
  expect(offences(ofParent)).toEqual([]);
});

test("a task that closes what a task below it opened, and that still runs, is another chain", async () => {
  const client = trackedClient();

  await run(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        await client.connect();
        await turns(5);
      });
      await turns(3);
      await client.close();
    }),
  );

  expect(offences(client)).toEqual(["closed-by-another"]);
});

test("a task and a call outside tasks are not compared, and tasks in sequence are no offence", async () => {
  const mixed = trackedClient();
  const sequence = trackedClient();

  await Promise.all([
    (async () => (await mixed.connect(), await turns(8)))(),
    run(async () => (await turns(3), await mixed.close())),
  ]);
  await run(() => sequence.connect());
  await run(() => sequence.close());

  expect(offences(mixed)).toEqual([]);
  expect(offences(sequence)).toEqual([]);
});

test(covers("OT-8"), async () => {
  const apart = trackedClient({ chain: () => user });
  const together = trackedClient({ chain: () => "suite" });
  const sometimes = trackedClient({ chain: () => user });
  let user: string | undefined = "opener";

  await apart.connect();
  user = "closer";
  await apart.close();
  await Promise.all([
    (async () => (await together.connect(), await turns(4)))(),
    (async () => (await turns(2), await together.close()))(),
  ]);
  await sometimes.connect();
  user = undefined;
  await sometimes.close();

  expect(ownershipReports(apart).map(({ kind, opener, closer }) => [kind, opener?.chain, closer?.chain])).toEqual([
    ["closed-by-another", 'call chain "opener"', 'call chain "closer"'],
  ]);
  expect(offences(together)).toEqual([]);
  expect(offences(sometimes)).toEqual([]);
});

test(covers("OT-9"), async () => {
  const emitted = trackedClient();
  const aborted = trackedClient();
  const later = trackedClient();
  const emitter = new EventEmitter();
  const controller = new AbortController();
  const closeAborted = async (): Promise<void> => await aborted.close();
  const open = async (): Promise<void> => {
    emitter.once("stop", () => void emitted.close());
    emitter.once("stop", () => void turns().then(() => later.close()));
    controller.signal.addEventListener("abort", () => void closeAborted());
    await emitted.connect();
    await aborted.connect();
    await later.connect();
    await turns(9);
  };
  const stop = async (): Promise<void> => {
    await turns(5);
    emitter.emit("stop");
    controller.abort();
  };

  await Promise.all([open(), stop()]);

  expect([emitted, aborted, later].map((client) => client.isOpen)).toEqual([false, false, false]);
  expect([emitted, aborted, later].flatMap(offences)).toEqual([]);
});

test(covers("OT-14"), async () => {
  const clients = [trackedClient(), trackedClient(), trackedClient()];
  const closed = trackedClient();
  const use = async (client: TestClient, index: number): Promise<void> => {
    await client.connect();
    if (index === 1) await closed.connect();
    await client.call(index + 1);
    await client.close();
  };

  await Promise.all(clients.map(use));
  await closed.close();

  expect([...clients, closed].flatMap(offences)).toEqual([]);
  const labels = new Set<string>();
  for (const client of clients) {
    await client.call();
    labels.add(ownershipReports(client)[0]?.closer?.chain ?? "");
  }
  expect(labels.size).toBe(3);
});

test("a call that gives a promise without awaiting it is not taken for the caller of what follows", async () => {
  const client = trackedClient();
  const other = trackedClient();
  const passOn = async (): Promise<unknown> => client.connect();
  const closeLater = async (): Promise<void> => {
    const passed = passOn();
    await other.connect();
    await passed;
  };

  await Promise.all([passOn(), other.connect()]);
  await Promise.all([client, other].map((each) => each.close()));
  await closeLater();
  await Promise.all([client, other].map((each) => each.close()));

  expect([client, other].flatMap(offences)).toEqual([]);
});

test("a call that goes on while it calls itself is not taken for the inner call", async () => {
  const client = trackedClient();
  const nested = async (isInner: boolean): Promise<void> => {
    if (isInner) return turns(6);
    await turns();
    const closing = turns(3).then(() => client.close());
    const inner = nested(true);
    await client.connect();
    await closing;
    await inner;
  };

  await nested(false);

  expect(offences(client)).toEqual([]);
});

test("two requests that one event of the platform begins are two chains", async () => {
  const counted = new Counted(trackedClient());
  const done = Promise.withResolvers<void>();
  const request = async (length: number): Promise<void> => {
    await toolCall(counted, length);
    if (length === 3) done.resolve();
  };

  setImmediate(() => {
    void request(1);
    void request(3);
  });
  await done.promise;

  expect(offences(counted.client)).toEqual(["closed-by-another"]);
});

test("a call that sets the timer of the next one has called it", async () => {
  const client = trackedClient();
  const done = Promise.withResolvers<void>();
  const poll = async (isLast: boolean): Promise<void> => {
    await turns();
    if (isLast) {
      await client.close();
      done.resolve();
      return;
    }
    await client.connect();
    setImmediate(() => void poll(true));
    await turns(9);
  };

  setImmediate(() => void poll(false));
  await done.promise;

  expect(client.isOpen).toBe(false);
  expect(offences(client)).toEqual([]);
});

test("what is called so deep in the stack that its chain is out of sight is of an unknown chain", async () => {
  const client = trackedClient();
  const deep = (depth: number): void => (depth === 0 ? client.closeNow() : deep(depth - 1));
  const openAndClose = async (): Promise<void> => {
    const opening = client.connect();
    deep(40);
    await opening;
  };

  await turns();
  await openAndClose();

  expect(offences(client)).toEqual([]);
});

test("a call that calls itself for ever is followed, and no more than the last of its callers are kept", async () => {
  const client = trackedClient();
  let calls = 0;
  let kept = 0;
  const again = async (): Promise<void> => {
    await Promise.resolve();
    if (++calls < 2_500) {
      void again();
      return;
    }
    for (let chain = currentCallChain(again); chain !== undefined; chain = chain.parent) kept += 1;
    await client.close();
  };

  await client.connect();
  void again();
  await turns(3);

  expect(client.isOpen).toBe(false);
  expect(offences(client)).toEqual([]);
  expect(kept).toBeGreaterThan(1_000);
  expect(kept).toBeLessThan(2_100);
});
