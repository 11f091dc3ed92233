/* oxlint-disable unicorn/prefer-add-event-listener -- a Transport has callback properties and no events */
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { openMcpConnection } from "../src/index.ts";
import { StdioTransport } from "../src/stdio/stdio-transport.ts";
import { countMarked, createMark, expectNothingLeft, isAlive, killMarked } from "./fixtures/processes.ts";
import { soon } from "./fixtures/soon.ts";
import { holdPipes, leaveTree, limits, oddServer, textOf } from "./fixtures/stdio.ts";

expectNothingLeft();

const failure = (error: unknown): unknown => error;

test(covers("MS-7"), async () => {
  await using connection = await openMcpConnection({ ...oddServer, callTimeout: null });
  const calls = ["hold", "hold"].map((name) => connection.callTool(name).catch(failure));
  await connection.callTool("flood", { size: 9 });

  const errors = await Promise.all([connection.callTool("die", { signal: "SIGKILL" }).catch(failure), ...calls]);

  for (const error of errors) {
    expect(error).toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true, signal: "SIGKILL", stderr: "€€€" });
    expect((error as Error).message).toContain(
      'it may have run; the server process was ended by SIGKILL; the server said "€€€"',
    );
  }
  expect(textOf(await connection.callTool("echo", { text: "again" }))).toBe("again");
  expect(connection.statistics().generation).toBe(2);
});

test.each([
  ["one of its tree", holdPipes],
  ["one that has left its tree", leaveTree],
])(`${covers("MS-8")} (%s)`, async (_who, script) => {
  const mark = createMark();
  using _holder = { [Symbol.dispose]: () => killMarked(mark) };
  const args = ["-c", script, process.execPath, ...oddServer.args, mark];
  const connection = await openMcpConnection({ command: "sh", args, callTimeout: null });

  const answered = connection.callTool("answerAndDie");
  const lost = connection.callTool("hold").catch(failure);

  expect(textOf(await answered)).toBe("last words");
  expect(await lost).toMatchObject({ code: "MCP_CONNECTION_LOST", exitCode: 0 });
  await connection.close();
});

test("what a server that died has left in its tree is ended, also when nobody closes the transport", async () => {
  const mark = createMark();
  const args = ["-c", holdPipes, process.execPath, ...oddServer.args, mark];
  const transport = new StdioTransport({ command: "sh", args, ...limits });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  transport.onclose = resolve;
  await transport.start();

  process.kill(Number(transport.pid), "SIGKILL");
  await closed;

  await expect.poll(() => countMarked(mark), soon).toBe(0);
});

test(covers("MS-9"), async () => {
  await using connection = await openMcpConnection({ ...oddServer, callTimeout: null, replay: "never" });
  const pid = Number(textOf(await connection.callTool("pid")));
  await connection.callTool("stopReading");
  const text = "x".repeat(4_000_000);

  const calls = ["first", "second", "third"].map((name) => connection.callTool(name, { text }).catch(failure));
  await expect.poll(() => connection.statistics().callsInFlight).toBe(3);
  process.kill(pid, "SIGKILL");

  const [first, second, third] = await Promise.all(calls);
  expect(first).toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "outcome-unknown" });
  expect(second).toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "unsent", mayHaveRun: false });
  expect(third).toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "unsent", mayHaveRun: false });
});

test.each([["closeOutput"], ["closeInput"]])(`${covers("MS-10")} (%s)`, async (tool) => {
  await using connection = await openMcpConnection({ ...oddServer, callTimeout: null, closeTimeout: 500 });
  const pid = Number(textOf(await connection.callTool("pid")));
  const waiting = connection.callTool("hold").catch(failure);

  await connection.callTool(tool).catch(failure);
  // What takes no input shows when something is written; the other is lost by now, and the next server answers.
  await connection.callTool("pid").catch(failure);

  expect(await waiting).toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
  await expect.poll(() => isAlive(pid), soon).toBe(false);
});
