import { currentTask, run } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { type McpHeldLease, openMcpConnection } from "../src/index.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { soon } from "./fixtures/soon.ts";
import { textOf } from "./fixtures/stdio.ts";

test("a lease that one task takes is used by another and released by a third", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, lazy: true });
  const tasks = new Set<unknown>();
  const inTask = <T>(fn: () => Promise<T> | T): Promise<T> =>
    run(async () => {
      tasks.add(currentTask());
      return await fn();
    });

  const lease = await inTask(() => connection.lease());
  const answer = await inTask(() => lease.callTool("echo", { text: "hello" }));
  const { length } = await inTask(() => lease.listTools());
  const leases = connection.statistics().leases;
  await inTask(() => lease.release());

  expect(tasks.size).toBe(4);
  expect(textOf(answer)).toBe("hello");
  expect(length).toBeGreaterThan(5);
  expect([leases, connection.statistics().leases]).toEqual([1, 0]);
  expect([lease.generation, server.count("initialize")]).toEqual([1, 1]);
});

test("a lease that was released, however often, is one less, and of no more use", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  using other = await connection.lease();
  let lease: McpHeldLease;
  {
    using held = await connection.lease();
    lease = held;
    held.release();
  }
  lease.release();

  expect(connection.statistics().leases).toBe(1);
  await expect(lease.callTool("echo", { text: "late" })).rejects.toMatchObject({ code: "RESOURCE_CLOSED" });
  await expect(lease.listTools()).rejects.toMatchObject({ code: "RESOURCE_CLOSED" });
  expect(textOf(await other.callTool("echo", { text: "in time" }))).toBe("in time");
});

test("drain waits for a lease that is held, and for no longer", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const lease = await connection.lease();
  const drained = connection.drain();

  const answer = await lease.callTool("echo", { text: "still" });
  const refused = connection.lease();
  await expect(refused).rejects.toMatchObject({ code: "MCP_CLOSED", mayHaveRun: false });
  lease.release();

  expect(textOf(answer)).toBe("still");
  expect(await drained).toMatchObject({ lost: 0 });
  expect(server.count("DELETE")).toBe(1);
});

test("a lease whose server goes says so, keeps to its generation, and the next is of a new one", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const lease = await connection.lease();
  await server.forgetSessions();

  const error = await lease.callTool("echo", { text: "a" }).catch((thrown: unknown) => thrown);
  const again = await lease.callTool("echo", { text: "b" }).catch((thrown: unknown) => thrown);
  using next = await connection.lease();

  expect(error).toMatchObject({ code: "MCP_SESSION_EXPIRED" });
  expect(again).toMatchObject({ mayHaveRun: false });
  expect(lease.lost.aborted).toBe(true);
  expect([lease.generation, next.generation, next.lost.aborted]).toEqual([1, 2, false]);
  expect(server.probe.begun).toEqual([]);
  lease.release();
});

test("a call that is under way when its lease is released goes on, and is told when the connection is closed", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const lease = await connection.lease();
  const [answered, closed] = [lease.callTool("hold"), connection.lease()];
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold"]);
  lease.release();
  server.probe.release();
  expect(textOf(await answered)).toBe("held");

  const second = await closed;
  server.handle(() => {});
  const call = second.callTool("hold").catch((thrown: unknown) => thrown);
  await expect.poll(() => connection.statistics().callsInFlight, soon).toBe(1);
  second.release();
  server.handle(undefined);
  await connection.close();

  expect(await call).toMatchObject({ code: "MCP_CLOSED" });
});

test("who no longer waits for a lease leaves the opening to the others", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, lazy: true });
  const controller = new AbortController();

  const given = connection.lease({ signal: controller.signal });
  const other = connection.lease();
  controller.abort("no longer wanted");

  await expect(given).rejects.toBe("no longer wanted");
  using lease = await other;
  expect(lease.generation).toBe(1);
  expect(server.count("initialize")).toBe(1);
  expect(connection.statistics().leases).toBe(1);
});
