import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { expectNothingLeft, isAlive } from "./fixtures/processes.ts";
import { soon } from "./fixtures/soon.ts";
import { fixture, server, textOf } from "./fixtures/stdio.ts";

const node = process.execPath;
expectNothingLeft();

describe("a server as a child process", () => {
  test("answers calls side by side, and is gone after close()", async () => {
    const connection = await openMcpConnection(server);

    const results = await Promise.all(["a", "b", "c"].map((text) => connection.callTool("echo", { text })));
    const pid = Number(textOf(await connection.callTool("pid")));
    await connection.close();

    expect(results.map(textOf)).toEqual(["a", "b", "c"]);
    expect(pid).not.toBe(process.pid);
    expect(isAlive(pid)).toBe(false);
    expect(connection.statistics()).toMatchObject({ state: "closed", failures: [], callsInFlight: 0 });
  });

  test("that dies during calls is told to each of them at once, with what it said, and none is repeated", async () => {
    await using connection = await openMcpConnection({ ...server, callTimeout: null });
    const neighbour = connection.callTool("hold").catch((error: unknown) => error);
    await expect.poll(async () => textOf(await connection.callTool("begun")), soon).toContain("hold");

    const crashed = connection.callTool("crash").catch((error: unknown) => error);

    expect(await crashed).toMatchObject({
      code: "MCP_CONNECTION_LOST",
      kind: "outcome-unknown",
      message:
        'calling tool "crash" of shop: the connection was lost before the answer came; it may have run; ' +
        'the server process exited with code 3; the server said "Error: out of cheese"',
      exitCode: 3,
      stderr: "the test server starts\nError: out of cheese\n",
    });
    expect(await neighbour).toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
    expect(textOf(await connection.callTool("begun"))).toBe("begun");
    expect(connection.statistics()).toMatchObject({ generation: 2, failures: [] });
  });

  test("is asked to stop a call that is cancelled, and goes on", async () => {
    await using connection = await openMcpConnection(server);
    const controller = new AbortController();
    const call = connection.callTool("hold", {}, { signal: controller.signal });
    await expect.poll(async () => textOf(await connection.callTool("begun")), soon).toContain("hold");

    controller.abort("enough");

    await expect(call).rejects.toBe("enough");
    await expect.poll(async () => textOf(await connection.callTool("aborted")), soon).toBe("hold");
    expect(connection.statistics().generation).toBe(1);
  });

  test("does not outlive a parent that is killed", async () => {
    const parent = spawn(node, ["--conditions=@holdfast/source", fixture("stdio-parent.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(said.toString());
    expect(isAlive(pid)).toBe(true);

    parent.kill("SIGKILL");

    await expect.poll(() => isAlive(pid), soon).toBe(false);
  });
});
