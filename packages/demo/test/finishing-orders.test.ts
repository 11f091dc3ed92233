import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { runCountedOrders, runFinishingOrders, runOwnedOrders } from "../src/finishing-orders.ts";
import { type Connection, CountedConnection } from "../src/miniature.ts";

test(covers("MN-2"), async () => {
  const [counted, owned] = await Promise.all([runCountedOrders(4), runOwnedOrders(4)]);

  expect(counted).toEqual({
    orders: 24,
    failing: 18,
    message: "Attempted to exit cancel scope in a different task than it was entered in",
    example: [0, 1, 2, 3],
  });
  expect(owned).toEqual({ orders: 24, failing: 0, message: undefined, example: undefined });
});

test.each([
  [2, 2, 1],
  [3, 6, 4],
  [5, 120, 96],
])("of %i calls, %i orders are run and the counted connection fails %i", async (calls, orders, failing) => {
  const found = await runCountedOrders(calls);

  expect(found).toMatchObject({ orders, failing });
});

test.each([1, 2])("an entry that follows %i awaits fails in the same 18 orders", async (awaits) => {
  const found = await runFinishingOrders(4, () => enteringAfter(awaits, new CountedConnection()));

  expect(found).toMatchObject({ orders: 24, failing: 18 });
});

test("a connection that takes time to open fails in the same 18 orders", async () => {
  const connect = (): Connection => new CountedConnection({ open: async () => {}, close: async () => {} });

  const found = await runFinishingOrders(4, connect);

  expect(found).toMatchObject({ orders: 24, failing: 18 });
});

test("every order is run over a connection of its own", async () => {
  const connections: CountedConnection[] = [];

  await runFinishingOrders(3, () => {
    const connection = new CountedConnection();
    connections.push(connection);
    return connection;
  });

  expect(new Set(connections).size).toBe(6);
  expect(connections.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("a call that fails with something that is no error still fails its order", async () => {
  const connect = (): Connection => ({ borrow: () => Promise.reject("out of order") });

  const found = await runFinishingOrders(1, connect);

  expect(found).toMatchObject({ orders: 1, failing: 1, message: "a call failed with something that is no error" });
});

function enteringAfter(awaits: number, connection: Connection): Connection {
  return {
    borrow: async () => {
      for (let turn = 0; turn < awaits; turn++) await Promise.resolve();
      return await connection.borrow();
    },
  };
}
