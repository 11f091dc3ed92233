import { describe, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { ownershipReports, trackOwnership } from "../src/testing/index.ts";
import { offences, TestClient, trackedClient, turns } from "./tracked-client.ts";
import { drained, thrownBy, watchRejections } from "./virtually.ts";

describe("the wrapped resource", () => {
  test(covers("OT-1"), async () => {
    const client = new TestClient();
    const tracked = trackOwnership(client, { open: ["connect"], close: ["close"], use: ["call"] });

    tracked.name = "changed";
    tracked.isOpen = true;

    expect(tracked).toBeInstanceOf(TestClient);
    expect(tracked.constructor).toBe(TestClient);
    expect(client.describe()).toBe("changed: true");
    expect(tracked.describe()).toBe("changed: true");
    expect(tracked.isOpen).toBe(true);
    expect(await tracked.call()).toBe(true);
    expect(await tracked.connect()).toBe(tracked);
    const [call, describeIt] = methods(tracked);
    expect(methods(tracked)[0]).toBe(call);
    expect(methods(tracked)[1]).toBe(describeIt);
    expect(call).toHaveProperty("name", "call");
  });

  test("gives back the handlers and classes that were put on it", () => {
    const handler = (): void => {};
    const tracked = trackOwnership(Object.assign(new TestClient(), { onclose: (): void => {}, Kind: TestClient }), {
      close: ["close"],
    });

    Object.assign(tracked, { onclose: handler });

    expect(tracked.onclose).toBe(handler);
    expect(tracked.Kind).toBe(TestClient);
  });

  test("gives back what accessors give, a handler or a class, unless it was named as a method", async () => {
    class Socket {
      #handler: (() => void) | undefined;
      get handler(): (() => void) | undefined {
        return this.#handler;
      }
      set handler(handler: (() => void) | undefined) {
        this.#handler = handler;
      }
      get Kind(): typeof TestClient {
        return TestClient;
      }
      get send(): () => string {
        return () => "sent";
      }
      close(): void {}
    }
    const handler = (): void => {};
    const tracked = trackOwnership(new Socket(), { close: ["close"], use: ["send"] });

    tracked.handler = handler;
    tracked.close();
    tracked.send();

    expect(tracked.handler).toBe(handler);
    expect(tracked.Kind).toBe(TestClient);
    expect(offences(tracked)).toEqual(["used-after-close"]);
  });

  test("tracks methods that are fields, and leaves alone those that cannot be replaced", async () => {
    const field = trackOwnership({ close: async () => {}, call: async () => {} }, { close: ["close"], use: ["call"] });
    const frozen = trackOwnership(Object.freeze({ close: () => {}, call: () => {} }), {
      close: ["close"],
      use: ["call"],
    });

    await field.close();
    await field.call();
    frozen.close();
    frozen.call();

    expect(offences(field)).toEqual(["used-after-close"]);
    expect(offences(frozen)).toEqual([]);
  });

  test("calls a method on what it was taken to, when that is something else", async () => {
    const other = new TestClient();
    const tracked = trackedClient();

    await tracked.connect.call(other);

    expect(other.isOpen).toBe(true);
    expect(tracked.isOpen).toBe(false);
  });

  test("fails as the resource does, at once or later, and a failure that nobody handles stays unhandled", async () => {
    using rejections = watchRejections();
    const later = new Error("later");
    const atOnce = new Error("at once");
    const tracked = trackOwnership(
      {
        close: () => {
          throw atOnce;
        },
        call: () => Promise.reject(later),
      },
      { close: ["close"], use: ["call"] },
    );

    expect(await thrownBy(() => tracked.close())).toBe(atOnce);
    expect(await thrownBy(() => tracked.call())).toBe(later);
    expect(rejections.reasons).toEqual([]);
    void tracked.call();
    await drained();

    expect(rejections.reasons).toEqual([later]);
  });

  test("hands on promises of another make untouched", () => {
    class Query extends Promise<number> {
      readonly text = "select 1";
    }
    const query = new Query((resolve) => resolve(1));
    class Lazy {
      // oxlint-disable-next-line unicorn/no-thenable -- what a query builder is
      then(): never {
        return expect.unreachable();
      }
    }
    const lazy = new Lazy();
    const tracked = trackOwnership(
      { close: () => {}, query: () => query, lazy: () => lazy },
      {
        close: ["close"],
        use: ["query", "lazy"],
      },
    );

    expect(tracked.query()).toBe(query);
    expect(tracked.lazy()).toBe(lazy);
  });

  test("must have the methods that are named", () => {
    const nameless = Object.assign(Object.create(null) as { close(): void }, { close: () => {} });

    expect(() => trackOwnership(new TestClient(), { close: ["clsoe" as "close"] })).toThrow(
      new TypeError(
        "trackOwnership() of a TestClient: clsoe() is no method of it; name the methods that open, close and use it",
      ),
    );
    expect(() => trackOwnership(nameless, { close: ["end" as "close"] })).toThrow("trackOwnership() of a resource");
    expect(() => ownershipReports(new TestClient())).toThrow(
      new TypeError("ownershipReports() of something that is not tracked; give it what trackOwnership() returned"),
    );
  });
});

function methods(client: TestClient): [unknown, unknown] {
  return [Reflect.get(client, "call"), Reflect.get(client, "describe")];
}

describe("uses and closings", () => {
  test(covers("OT-3"), async () => {
    const client = trackedClient();
    await client.connect();
    const closeIt = async (): Promise<void> => await client.close();
    const useIt = async (): Promise<unknown> => await client.call();

    await Promise.all([closeIt(), useIt()]);
    await client.call();

    const [early, late, ...rest] = ownershipReports(client);
    expect(rest).toEqual([]);
    expect(early).toMatchObject({ kind: "used-after-close", resource: "TestClient" });
    expect(early?.closer).toMatchObject({ method: "close()", stack: expect.stringContaining("at closeIt") });
    expect(early?.offender).toMatchObject({ method: "call()", stack: expect.stringContaining("at useIt") });
    expect(early?.closer?.chain).toMatch(/^call chain \d+ \(closeIt\)$/);
    expect(early?.offender.chain).toMatch(/^call chain \d+ \(useIt\)$/);
    expect(early?.opener?.stack).toContain("track-ownership.test.ts");
    expect(early?.message).toBe(
      `call() of a TestClient in ${early?.offender.chain}, but ${early?.closer?.chain} had closed it with close(); close it when all who use it are done`,
    );
    expect(late?.kind).toBe("used-after-close");
  });

  test(covers("OT-4"), async () => {
    const client = trackedClient();
    await client.connect();
    const callLong = async (): Promise<unknown> => await client.call(3);
    const callShort = async (): Promise<unknown> => await client.call(1);
    const calls = [callLong(), callShort(), callLong()];
    await calls[1];

    await client.close();
    await Promise.all(calls);

    const [report, ...rest] = ownershipReports(client);
    expect(rest).toEqual([]);
    expect(report?.kind).toBe("closed-in-use");
    expect(report?.closer).toMatchObject({ method: "close()", stack: expect.stringContaining("test.ts") });
    expect(report?.offender).toBe(report?.closer);
    expect(report?.opener?.method).toBe("connect()");
    expect(report?.calls.map(({ stack }) => /at (\w+)/.exec(stack)?.[1])).toEqual(["callLong", "callLong"]);
    expect(new Set(report?.calls.map(({ chain }) => chain)).size).toBe(2);
    expect(report?.message).toMatch(
      /^close\(\) of a TestClient in .+, but 2 calls were in flight: call\(\) of call chain \d+ \(callLong\), call\(\) of call chain \d+ \(callLong\); wait for them before you close it$/,
    );
  });

  test("are in flight until they settle, fail or return, and one of them is one", async () => {
    const client = trackedClient({ use: ["call", "describe"] });
    await client.connect();
    client.describe();
    await thrownBy(() => client.call(1, new Error("planned")));
    const last = client.call();

    client.closeNow();
    await last;

    expect(ownershipReports(client).map(({ message }) => message)).toEqual([
      expect.stringContaining("1 call was in flight"),
    ]);
  });

  test("close once: a second close is no offence, and no close of what others use", async () => {
    const client = trackedClient();
    await client.connect();
    await client.close();
    const late = client.call();

    await client.close();
    await late;

    expect(offences(client)).toEqual(["used-after-close"]);
  });

  test("of a resource that was never opened are no offence, nor are those after a close that failed", async () => {
    const unopened = trackedClient();
    const unclosed = trackedClient();
    await unclosed.connect();

    await unopened.call();
    await thrownBy(() => unclosed.close(new Error("planned")));
    await unclosed.call();
    await unclosed.connect();

    expect(offences(unopened)).toEqual([]);
    expect(offences(unclosed)).toEqual([]);
  });

  test("are also those of `using` and `await using`", async () => {
    const client = trackedClient({ close: ["closeNow"] });
    {
      await using held = client;
      await held.connect();
    }

    await client.call();

    const [report] = ownershipReports(client);
    expect(report?.kind).toBe("used-after-close");
    expect(report?.closer?.method).toBe("[Symbol.asyncDispose]()");
  });
});

describe("openings", () => {
  test(covers("OT-5"), async () => {
    const client = trackedClient();
    const openFirst = async (): Promise<unknown> => await client.connect();
    const openAgain = async (): Promise<unknown> => await client.connect();

    await Promise.all([openFirst(), openAgain()]);
    await client.connect();

    const [opening, open, ...rest] = ownershipReports(client);
    expect(rest).toEqual([]);
    expect(opening?.kind).toBe("opened-twice");
    expect(opening?.opener?.stack).toContain("at openFirst");
    expect(opening?.offender.stack).toContain("at openAgain");
    expect(opening?.message).toBe(
      `connect() of a TestClient in ${opening?.offender.chain}, but ${opening?.opener?.chain} was opening it with connect() and had not closed it; open it once, before all who use it, or give each a resource of its own`,
    );
    expect(open?.message).toContain("had opened it with connect()");
    expect(open?.opener?.stack).toContain("at openAgain");
  });

  test(covers("OT-10"), async () => {
    const closed = trackedClient();
    const failed = trackedClient();
    const broken = trackedClient();
    const lost = trackedClient({ isOpen: ({ isOpen }) => isOpen });
    const resource = {
      open: (): void => {
        throw new Error("planned");
      },
      close: (): void => {},
    };
    const thrower = trackOwnership(resource, { open: ["open"], close: ["close"] });

    for (let round = 0; round < 2; round++) {
      await closed.connect();
      await closed.close();
    }
    await thrownBy(() => failed.connect(new Error("planned")));
    await failed.connect();
    await broken.connect();
    await thrownBy(() => broken.call(1, new Error("planned")));
    await broken.connect();
    await lost.connect();
    lost.isOpen = false;
    await lost.connect();
    expect(() => thrower.open()).toThrow("planned");
    expect(() => thrower.open()).toThrow("planned");

    expect([closed, failed, broken, lost, thrower].flatMap(offences)).toEqual([]);
    await broken.connect();
    expect(offences(broken)).toEqual(["opened-twice"]);
  });

  test("that failed leave nothing closed, whichever of two it was", async () => {
    const client = trackedClient();

    await Promise.allSettled([client.connect(), client.connect(new Error("planned"))]);
    await client.connect();
    await client.connect();

    expect(offences(client)).toEqual(["opened-twice", "opened-twice"]);
  });

  test("that begin before a close has ended are not undone by its end", async () => {
    const client = trackedClient();
    await client.connect();
    const closing = client.close();

    const reopening = client.connect();
    await closing;
    await reopening;
    await client.call();

    expect(offences(client)).toEqual([]);
  });

  test("that failed have no opener", async () => {
    const client = trackedClient();
    const opener = async (): Promise<void> => {
      await thrownBy(() => client.connect(new Error("planned")));
      await turns(4);
    };
    const closer = async (): Promise<void> => {
      await turns(3);
      await client.close();
    };

    await Promise.all([opener(), closer()]);

    expect(offences(client)).toEqual([]);
  });

  test(covers("OT-13"), async () => {
    const wrap = async (): Promise<TestClient> => trackOwnership(new TestClient(), { close: ["close"], use: ["call"] });
    const kept = Promise.withResolvers<TestClient>();
    const openAndStay = async (): Promise<void> => {
      const client = await wrap();
      kept.resolve(client);
      await turns(5);
    };
    const closeIt = async (): Promise<void> => await (await kept.promise).close();

    await Promise.all([openAndStay(), closeIt()]);

    const [report] = ownershipReports(await kept.promise);
    expect(report?.kind).toBe("closed-by-another");
    expect(report?.opener).toMatchObject({ method: "trackOwnership()", stack: expect.stringContaining("at wrap") });
  });
});

describe("reports", () => {
  test("are frozen, and are told as they happen; what a listener throws is an unhandled rejection", async () => {
    using rejections = watchRejections();
    const seen: string[] = [];
    const planned = new Error("planned");
    const client = trackedClient({
      onReport: ({ kind }) => {
        seen.push(kind);
        throw planned;
      },
    });
    await client.connect();
    await client.close();

    expect(await client.call()).toBe(false);
    await drained();

    expect(seen).toEqual(["used-after-close"]);
    expect(rejections.reasons).toEqual([planned]);
    expect(ownershipReports(client).every((report) => Object.isFrozen(report))).toBe(true);
    expect(Object.isFrozen(ownershipReports(client))).toBe(true);
  });

  test("go without what `chain` and `isOpen` cannot tell, and the call goes through", async () => {
    using rejections = watchRejections();
    const planned = new Error("planned");
    const fail = (): never => {
      throw planned;
    };
    const client = trackedClient({ chain: fail, isOpen: fail });

    await client.connect();
    await client.connect();
    await client.close();
    await drained();

    expect(client.isOpen).toBe(false);
    expect(offences(client)).toEqual([]);
    expect(new Set(rejections.reasons)).toEqual(new Set([planned]));
  });

  test(covers("OT-12"), async () => {
    let told = 0;
    const client = trackedClient({ onReport: () => void told++ });
    await client.connect();
    const pending = Array.from({ length: 1_100 }, () => client.call());
    await client.close();
    await Promise.all(pending);

    for (let index = 0; index < 150; index++) await client.call();

    expect(told).toBe(151);
    expect(ownershipReports(client)).toHaveLength(100);
    expect(ownershipReports(client)[0]?.calls).toHaveLength(16);
    expect(ownershipReports(client)[0]?.message).toContain("1100 calls were in flight");
  });
});
