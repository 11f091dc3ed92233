import { expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { EverythingOverHttp, npmServers } from "./fixtures/npm-servers.ts";
import { countMarked, expectNothingLeft, killMarked, pidsMarked } from "./fixtures/processes.ts";
import { soon } from "./fixtures/soon.ts";
import { textOf } from "./fixtures/stdio.ts";

expectNothingLeft();

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const servers = Object.entries(npmServers);
/** Each test starts several programs that take half a second each, and more on a busy machine. */
const patient = { timeout: 60_000 };

test.each(servers)(
  "twenty calls at the same time are each given their own answer (%s)",
  patient,
  async (_name, prepare) => {
    using server = prepare();
    await using connection = await openMcpConnection(server.options);
    const { tool, argsOf, answerOf, expected, mark } = server;

    const tools = await connection.listTools();
    const results = await Promise.all(range(20).map((index) => connection.callTool(tool, argsOf(index))));

    expect(tools.length).toBeGreaterThanOrEqual(server.tools);
    expect(results.map(answerOf)).toEqual(range(20).map(expected));
    expect(await connection.server()).toMatchObject({ protocolVersion: "2025-11-25" });
    expect(countMarked(mark)).toBe(1);
    await connection.close();
    expect(countMarked(mark)).toBe(0);
  },
);

test.each(servers)("one call that is cancelled disturbs none of the others (%s)", patient, async (_name, prepare) => {
  using server = prepare();
  await using connection = await openMcpConnection(server.options);
  const { tool, argsOf, answerOf, expected, mark } = server;
  const controller = new AbortController();
  killMarked(mark, "SIGSTOP");

  const cancelled = connection.callTool(tool, argsOf(20), { signal: controller.signal });
  const others = range(20).map((index) => connection.callTool(tool, argsOf(index)));
  await expect.poll(() => connection.statistics().callsInFlight, soon).toBe(21);
  controller.abort("no longer wanted");
  await expect(cancelled).rejects.toBe("no longer wanted");
  killMarked(mark, "SIGCONT");

  expect((await Promise.all(others)).map(answerOf)).toEqual(range(20).map(expected));
  expect(answerOf(await connection.callTool(tool, argsOf(21)))).toEqual(expected(21));
  expect(connection.statistics().generation).toBe(1);
});

test.each(servers)(
  "calls under way when the process is killed are told how it ended, and the next is answered by a new process (%s)",
  patient,
  async (_name, prepare) => {
    using server = prepare();
    const connection = await openMcpConnection(server.options);
    const { tool, argsOf, answerOf, expected, mark } = server;
    const [first] = pidsMarked(mark);
    killMarked(mark, "SIGSTOP");

    const calls = range(10).map((index) => connection.callTool(tool, argsOf(index)).catch((error: unknown) => error));
    await expect.poll(() => connection.statistics().callsInFlight, soon).toBe(10);
    killMarked(mark);
    const errors = await Promise.all(calls);
    const next = await connection.callTool(tool, argsOf(10));

    const lost = { code: "MCP_CONNECTION_LOST", kind: "outcome-unknown", mayHaveRun: true, signal: "SIGKILL" };
    expect(errors).toMatchObject(range(10).map(() => lost));
    expect(answerOf(next)).toEqual(expected(10));
    expect(connection.statistics().generation).toBe(2);
    expect(pidsMarked(mark)).toHaveLength(1);
    expect(pidsMarked(mark)).not.toEqual([first]);
    await connection.close();
    expect(countMarked(mark)).toBe(0);
  },
);

test("a real server is closed within its time while a call runs on in it", patient, async () => {
  using server = npmServers.everything();
  const connection = await openMcpConnection({ ...server.options, closeTimeout: 1_000 });
  const call = connection.callTool("trigger-long-running-operation", { duration: 3_600, steps: 1 });
  const outcome = call.catch((error: unknown) => error);
  await connection.callTool("echo", { message: "after it" });

  await connection.close();

  expect(await outcome).toMatchObject({ code: "MCP_CLOSED", mayHaveRun: true });
  expect(countMarked(server.mark)).toBe(0);
});

test(
  "a real server over HTTP answers twenty calls at the same time, and is told of the one that is cancelled",
  patient,
  async () => {
    await using server = await EverythingOverHttp.start();
    await using connection = await openMcpConnection({ url: server.url });
    const controller = new AbortController();
    const { signal } = controller;

    const tools = await connection.listTools();
    const slow = connection.callTool("trigger-long-running-operation", { duration: 3_600, steps: 1 }, { signal });
    const results = await Promise.all(
      range(20).map((index) => connection.callTool("echo", { message: String(index) })),
    );
    controller.abort("no longer wanted");

    await expect(slow).rejects.toBe("no longer wanted");
    expect(tools.length).toBeGreaterThanOrEqual(10);
    expect(results.map(textOf)).toEqual(range(20).map((index) => `Echo: ${index}`));
    expect(textOf(await connection.callTool("echo", { message: "after" }))).toBe("Echo: after");
    expect(await connection.server()).toMatchObject({ protocolVersion: "2025-11-25" });
    expect(connection.statistics()).toMatchObject({ generation: 1, callsInFlight: 0 });
  },
);

test(
  "a real server over HTTP that was started anew, and answers 400 to the session of before, is used again",
  patient,
  async () => {
    await using server = await EverythingOverHttp.start();
    await using connection = await openMcpConnection({ url: server.url, expiryBy400: true });
    await connection.callTool("echo", { message: "before" });
    await server.kill();
    await server.resume();

    const results = await Promise.all(
      range(20).map((index) => connection.callTool("echo", { message: String(index) })),
    );

    expect(results.map(textOf)).toEqual(range(20).map((index) => `Echo: ${index}`));
    expect(connection.statistics().generation).toBe(2);
  },
);

test(
  "calls under way when a real server over HTTP is killed are told, once their streams cannot be resumed",
  patient,
  async () => {
    await using server = await EverythingOverHttp.start();
    await using connection = await openMcpConnection({ url: server.url, callTimeout: null });
    const running = new Set<number>();
    const calls = range(5).map((index) => {
      const args = { duration: 3_600, steps: 72_000 };
      const onProgress = (): void => void running.add(index);
      return connection
        .callTool("trigger-long-running-operation", args, { onProgress })
        .catch((error: unknown) => error);
    });
    await expect.poll(() => running.size, soon).toBe(5);

    await server.kill();
    const errors = await Promise.all(calls);
    const refused = await connection.callTool("echo", { message: "nobody listens" }).catch((error: unknown) => error);

    const lost = { code: "MCP_CONNECTION_LOST", kind: "outcome-unknown", mayHaveRun: true };
    expect(errors).toMatchObject(range(5).map(() => lost));
    expect(refused).toMatchObject({ mayHaveRun: false });
  },
);
