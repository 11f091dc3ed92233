/* oxlint-disable unicorn/prefer-add-event-listener -- a Transport has callback properties and no events */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Client } from "@modelcontextprotocol/client";
import { describe, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { openMcpConnection } from "../src/index.ts";
import { StdioTransport } from "../src/stdio/stdio-transport.ts";
import { countMarked, createMark, expectNothingLeft, isAlive, killMarked } from "./fixtures/processes.ts";
import { soon } from "./fixtures/soon.ts";
import { fixture, leaveTree, limits, oddServer, server, stubbornServer, textOf } from "./fixtures/stdio.ts";

expectNothingLeft();

const node = process.execPath;
const signals = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** Runs a parent of a stubborn server, until it has printed the server's process id. */
async function startParent(
  mode: string,
): Promise<{ ended: Promise<unknown[]>; kill: (signal: NodeJS.Signals) => void; pid: number }> {
  const parent = spawn(node, ["--conditions=@holdfast/source", fixture("stdio-ending-parent.ts"), mode], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(parent, "exit");
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  return { ended, pid: Number(said.toString()), kill: (signal) => void parent.kill(signal) };
}

describe("closing", () => {
  test.each([
    ["a shell that waits for the server", '"$0" "$@"; exit 0'],
    [
      "a shell that has started something that holds the pipes",
      '"$0" -e "setInterval(() => {}, 60_000)" "$2" & exec "$0" "$@"',
    ],
    ["a shell that has started something that ignores SIGTERM", '"$0" --import "$3" -e "" "$2" & exec "$0" "$@"'],
  ])(`${covers("MS-1")} (%s)`, async (_what, script) => {
    const mark = createMark();
    const args = ["-c", script, node, ...oddServer.args, mark, fixture("ignore-sigterm.ts")];
    const connection = await openMcpConnection({ command: "sh", args, closeTimeout: 2_000 });
    const before = countMarked(mark);

    await connection.close();

    expect(before).toBeGreaterThan(1);
    expect(countMarked(mark)).toBe(0);
    expect(connection.statistics().failures).toEqual([]);
  });

  test(covers("MS-2"), async () => {
    const connection = await openMcpConnection({ ...stubbornServer, closeTimeout: 500 });
    const pid = Number(textOf(await connection.callTool("pid")));

    await connection.close();

    expect(isAlive(pid)).toBe(false);
    expect(connection.statistics()).toMatchObject({ state: "closed", failures: [] });
  });

  test("a server that ends on SIGTERM has the time to, and what it says then is read", async () => {
    let said = "";
    const connection = await openMcpConnection({ ...oddServer, onStderr: (text) => (said += text) });
    await connection.callTool("lingerUntilSigterm");

    await connection.close();

    expect(said).toBe("goodbye");
  });

  test("a process that has left the tree keeps no pipe open on our side", async () => {
    const mark = createMark();
    using _stranger = { [Symbol.dispose]: () => killMarked(mark) };
    const pipes = (): string[] => process.getActiveResourcesInfo().filter((name) => name === "PipeWrap");
    const before = pipes();
    const args = ["-c", leaveTree, node, ...oddServer.args, mark];
    const connection = await openMcpConnection({ command: "sh", args, closeTimeout: 1_000 });

    await connection.close();

    expect(countMarked(mark)).toBe(1);
    expect(connection.statistics().failures).toEqual([]);
    await expect.poll(pipes, soon).toEqual(before);
  });

  test(covers("MS-3"), async () => {
    const transport = new StdioTransport({ ...stubbornServer, ...limits, closeTimeout: 1_000 });
    const client = new Client({ name: "test", version: "1.0.0" });
    await client.connect(transport);
    const call = client.callTool({ name: "hold", arguments: {} }).catch((error: unknown) => error);

    // The server reads in order, so it has read the first.
    await client.callTool({ name: "pid", arguments: {} });
    const closing = client.close();
    const error = await call;

    expect(error).toMatchObject({ code: "CONNECTION_CLOSED" });
    expect(isAlive(Number(transport.pid))).toBe(true);
    await closing;
    expect(isAlive(Number(transport.pid))).toBe(false);
  });

  test("tells the client once, however often and whenever it is called", async () => {
    const transport = new StdioTransport({ command: "cat", ...limits });
    let closes = 0;
    transport.onclose = () => (closes += 1);
    const starting = transport.start();

    await Promise.all([transport.close(), starting, transport.close()]);
    await transport.close();

    expect(closes).toBe(1);
    await expect(transport.send({ jsonrpc: "2.0", method: "x" })).rejects.toMatchObject({ code: "NOT_CONNECTED" });
    await expect(transport.start()).rejects.toThrow("a second time");
  });
});

describe("the end of the parent", () => {
  test.each([["exit"], ["throw"]])(`${covers("MS-4")} (%s)`, async (mode) => {
    const { ended, pid } = await startParent(mode);

    const [code] = await ended;

    expect(code).toBe(mode === "exit" ? 0 : 1);
    await expect.poll(() => isAlive(pid), soon).toBe(false);
  });

  test.each(signals)("no server outlives a parent that is ended by %s", async (signal) => {
    const { ended, pid, kill } = await startParent("stay");

    kill(signal);

    expect(await ended).toEqual([null, signal]);
    await expect.poll(() => isAlive(pid), soon).toBe(false);
  });

  test(covers("MS-5"), async () => {
    const { ended, pid, kill } = await startParent("second");

    kill("SIGTERM"); // which it ignores
    kill("SIGUSR2"); // on which it asks the server, ignores SIGTERM no longer, and sends itself one

    expect(await ended).toEqual([null, "SIGTERM"]);
    await expect.poll(() => isAlive(pid), soon).toBe(false);
  });

  test("a library that ends the process only when nobody else listens is not held up", async () => {
    const { ended, pid, kill } = await startParent("polite");

    kill("SIGTERM");

    expect(await ended).toEqual([9, null]);
    await expect.poll(() => isAlive(pid), soon).toBe(false);
  });

  test(covers("MS-6"), async () => {
    const count = (): number[] => ["exit", ...signals].map((event) => process.listenerCount(event));
    const before = count();
    const transports = Array.from({ length: 50 }, () => new StdioTransport({ command: "cat", ...limits }));

    await Promise.all(transports.map((transport) => transport.start()));
    const during = count();
    await Promise.all(transports.map((transport) => transport.close()));

    expect(during).toEqual(before.map((listeners) => listeners + 1));
    expect(count()).toEqual(before);
  });

  test("a server that dies by itself leaves no listener on the process", async () => {
    const before = process.listenerCount("exit");
    const connection = await openMcpConnection(server);
    await connection.callTool("crash").catch(() => {});

    await expect.poll(() => process.listenerCount("exit"), soon).toBe(before);
    await connection.close();
  });
});
