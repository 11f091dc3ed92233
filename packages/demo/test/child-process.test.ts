import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startChild, type Child } from "../src/child-process.ts";

const entry = new URL("./fixtures/acting-child.ts", import.meta.url);

// Each test starts Node anew, on machines that may be busy.
const timeout = 15_000;

test("a child gets its argument and this process's flags, and answers that it is ready", { timeout }, async () => {
  const argument = { act: "serve", list: [1, "two"] };

  const child = await startChild({ entry, argument, name: "actor" });

  expect(child.ready).toEqual({ argument, execArgv: process.execArgv });
  expect(isAlive(child.pid)).toBe(true);
  await child.close();
});

test("closing ends the child with exit code 0, and may be done again", { timeout }, async () => {
  const child = await start("serve");

  await Promise.all([child.close(), child.close()]);

  expect(await child.exited).toBe(0);
  expect(isAlive(child.pid)).toBe(false);
  await child.close();
});

test("a child whose service does not close ends by itself with exit code 1", { timeout }, async () => {
  const child = await start("close for ever");

  await child.close();

  expect(await child.exited).toBe(1);
});

test("a child that does not react to SIGTERM is killed after the grace", { timeout }, async () => {
  const child = await start("ignore SIGTERM");

  await child.close(50);

  expect(await child.exited).toBe(null);
});

test("Ctrl-C, which reaches the whole terminal, leaves the child to its parent", { timeout }, async () => {
  const child = await start("ignore SIGTERM");

  process.kill(child.pid, "SIGINT");
  await child.close(200);

  // Killed, and not ended by the first signal.
  expect(await child.exited).toBe(null);
});

test.each([
  ["fail", "it ended with exit code 1 before it was ready; it said: reading the plan: there is none; write one"],
  ["end", "it ended with exit code 3 before it was ready"],
  ["crash", expect.stringContaining("exit code 1 before it was ready; it said: SyntaxError: Expected property name")],
])("a child that should %s is an error with what it said", { timeout }, async (act, found) => {
  const starting = start(act);

  await expect(starting).rejects.toMatchObject({
    name: "ChildNotReadyError",
    code: "DEMO_CHILD_NOT_READY",
    child: "actor",
    message: typeof found === "string" ? `starting the actor: ${found}` : found,
  });
});

test("a child that is not ready in time is killed", { timeout }, async () => {
  const starting = startChild({ entry, argument: { act: "stay silent" }, name: "actor", readyMs: 20 });

  await expect(starting).rejects.toMatchObject({
    code: "DEMO_CHILD_NOT_READY",
    message: "starting the actor: it was not ready within 20 ms",
  });
});

test("aborting a start kills the child and rejects with the reason", { timeout }, async () => {
  await using server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const stopping = new AbortController();
  const { signal } = stopping;
  const argument = { act: "stay silent", port: (server.address() as AddressInfo).port };
  const starting = startChild({ entry, argument, name: "actor", signal });
  const [socket] = (await once(server, "connection")) as [Socket];
  // Only the death of the child ends its connection.
  const gone = once(socket.resume(), "close");
  const reason = new Error("no longer wanted");

  stopping.abort(reason);

  await expect(starting).rejects.toBe(reason);
  await gone;
  await expect(startChild({ entry, argument, name: "actor", signal })).rejects.toBe(reason);
});

test("a child ends when the channel to its parent closes", { timeout }, async () => {
  const child = fork(entry, [JSON.stringify({ act: "serve" })]);
  await once(child, "message");

  child.disconnect();

  expect(await once(child, "exit")).toEqual([0, null]);
});

test.each([
  ["while its modules load", "late-child"],
  ["while it starts", "acting-child"],
])("a child whose parent goes away %s ends at once", { timeout }, async (_, name) => {
  const child = fork(new URL(`./fixtures/${name}.ts`, import.meta.url), [JSON.stringify({ act: "stay silent" })]);

  child.disconnect();

  expect(await once(child, "exit")).toEqual([0, null]);
});

test("started by hand, it prints its banner, and its errors as one line", { timeout }, async () => {
  const run = promisify(execFile);
  const argv = (act: string): string[] => [...process.execArgv, fileURLToPath(entry), JSON.stringify({ act })];
  const serving = run(process.execPath, argv("serve"));
  serving.child.stdout?.once("data", () => serving.child.kill("SIGINT"));

  expect(await serving).toEqual({ stdout: "doing serve\n", stderr: "" });
  await expect(run(process.execPath, argv("fail"))).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: "reading the plan: there is none; write one\n",
  });
});

function start(act: string): Promise<Child> {
  return startChild({ entry, argument: { act }, name: "actor" });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
