import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { openMcpConnection } from "../src/index.ts";
import { expectNothingLeft } from "./fixtures/processes.ts";
import { soon } from "./fixtures/soon.ts";
import { oddServer, textOf } from "./fixtures/stdio.ts";

expectNothingLeft();

test(covers("MS-16"), async () => {
  await using connection = await openMcpConnection(oddServer);
  const pid = Number(textOf(await connection.callTool("pid")));
  await connection.callTool("stopReading");
  const names = Array.from({ length: 40 }, (_, index) => `number ${index + 10}`);

  const calls = names.map((name) => connection.callTool("length", { text: name.padEnd(1_000_000) }));
  await expect.poll(() => connection.statistics().callsInFlight, soon).toBe(40);
  process.kill(pid, "SIGUSR2");
  await Promise.all(calls);

  const received = textOf(await connection.callTool("received"))
    .split(",")
    .filter((call) => call.startsWith("length"));
  expect(received).toEqual(names.map((name) => `length(${name})`));
});

test(covers("MS-17"), async () => {
  await using connection = await openMcpConnection(oddServer);
  const pid = Number(textOf(await connection.callTool("pid")));
  await connection.callTool("stopReading");
  const text = "x".repeat(1_000_000);
  const controller = new AbortController();

  const first = connection.callTool("length", { text });
  const cancelled = connection.callTool("big", { text }, { signal: controller.signal });
  const last = connection.callTool("length", { text });
  await expect.poll(() => connection.statistics().callsInFlight, soon).toBe(3);
  controller.abort("enough");
  await expect(cancelled).rejects.toBe("enough");
  process.kill(pid, "SIGUSR2");
  await Promise.all([first, last]);

  const received = textOf(await connection.callTool("received"))
    .split(",")
    .slice(3);
  expect(received).toEqual(["stopReading()", "length(xxxxxxxxx)", "length(xxxxxxxxx)", "received()"]);
});

test("a call that is cancelled when it was written is cancelled on the wire", async () => {
  await using connection = await openMcpConnection(oddServer);
  const controller = new AbortController();
  const call = connection.callTool("hold", {}, { signal: controller.signal });
  await expect.poll(async () => textOf(await connection.callTool("received")), soon).toContain("hold()");

  controller.abort("enough");

  await expect(call).rejects.toBe("enough");
  await expect
    .poll(async () => textOf(await connection.callTool("received")), soon)
    .toContain("notifications/cancelled");
});
