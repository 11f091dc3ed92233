import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { ownershipReports, stopTrackingOwnership } from "../src/testing/index.ts";
import { offences, type TestClient, trackedClient, turns } from "./tracked-client.ts";

/** Two calls side by side, the second of which closes what the first opened. */
async function offend(client: TestClient): Promise<void> {
  const open = async (): Promise<void> => {
    await client.connect();
    await turns(5);
  };
  const close = async (): Promise<void> => {
    await turns(3);
    await client.close();
  };
  await Promise.all([open(), close()]);
}

/** How often a stack is looked at while an async function is called: what following it costs. */
async function stacksLookedAt(): Promise<number> {
  const usual = Reflect.get(Error, "captureStackTrace") as (...args: unknown[]) => void;
  let count = 0;
  const counting = (...args: unknown[]): void => {
    count += 1;
    usual(...args);
  };
  Reflect.set(Error, "captureStackTrace", counting);
  await turns(1);
  Reflect.set(Error, "captureStackTrace", usual);
  return count;
}

test(covers("OT-15"), async () => {
  const client = trackedClient();
  await offend(client);
  const whileOn = await stacksLookedAt();

  stopTrackingOwnership();
  const whileOff = await stacksLookedAt();
  await offend(client);
  await client.call();

  expect(whileOn).toBeGreaterThan(0);
  expect(whileOff).toBe(0);
  expect(client.isOpen).toBe(false);
  expect(offences(client)).toEqual(["closed-by-another"]);
  expect(ownershipReports(client)[0]?.opener?.method).toBe("connect()");
});

test("what is tracked after the tracking was stopped is followed anew", async () => {
  trackedClient();
  stopTrackingOwnership();
  const client = trackedClient();

  await offend(client);

  expect(offences(client)).toEqual(["closed-by-another"]);
});

test("tracking may be stopped twice, while a call is in flight, and before there was any", async () => {
  stopTrackingOwnership();
  const client = trackedClient();
  await client.connect();
  const call = client.call(3);

  stopTrackingOwnership();
  stopTrackingOwnership();
  await client.close();
  await call;

  expect(offences(client)).toEqual([]);
});

test("a call that ended while nobody followed it is not taken for one that runs", async () => {
  trackedClient();
  const gate = Promise.withResolvers<void>();
  const callbacks: ((client: TestClient) => void)[] = [];
  const open = async (client: TestClient): Promise<void> => {
    await client.connect();
    await turns(5);
  };
  const begin = async (): Promise<void> => {
    await turns();
    callbacks.push(AsyncLocalStorage.bind((client: TestClient) => void open(client)));
    await turns(2);
  };
  const close = async (client: TestClient): Promise<void> => {
    await client.call();
    await client.close();
  };
  const clients: TestClient[] = [];
  const main = async (): Promise<void> => {
    void begin();
    await gate.promise;
    await close(clients[0] as TestClient);
  };

  const running = main();
  await turns(2);
  stopTrackingOwnership();
  await turns(5);
  const client = trackedClient();
  clients.push(client);
  callbacks[0]?.(client);
  await turns(2);
  gate.resolve();
  await running;

  expect(client.isOpen).toBe(false);
  expect(offences(client)).toEqual([]);
});
