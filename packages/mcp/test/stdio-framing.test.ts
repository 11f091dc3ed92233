/* oxlint-disable unicorn/prefer-add-event-listener -- a Transport has callback properties and no events */
import { currentTask, run } from "@holdfast/concurrency";
import { describe, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { openMcpConnection } from "../src/index.ts";
import { StdioTransport } from "../src/stdio/stdio-transport.ts";
import { expectNothingLeft } from "./fixtures/processes.ts";
import { soon } from "./fixtures/soon.ts";
import { limits, oddServer, textOf } from "./fixtures/stdio.ts";

expectNothingLeft();

const failure = (error: unknown): unknown => error;

function catchError(fn: () => unknown): unknown {
  try {
    return fn();
  } catch (error) {
    return error;
  }
}

/** Not quite, because the characters of the test are of two and of three bytes. */
const MEGABYTES_10 = 9_999_996;

describe("standard output", () => {
  test(covers("MS-13"), async () => {
    await using connection = await openMcpConnection(oddServer);
    const text = "x".repeat(MEGABYTES_10);

    const texts = await Promise.all([
      connection.callTool("byteByByte"),
      ...["together", "together", "together"].map((name) => connection.callTool(name)),
      connection.callTool("array"),
      connection.callTool("length", { text }),
      connection.callTool("big", { size: MEGABYTES_10 }),
    ]);

    expect(texts.map(textOf)).toEqual([
      "größer 🐘",
      "together",
      "together",
      "together",
      "in an array",
      String(MEGABYTES_10),
      "é".repeat(MEGABYTES_10 / 2),
    ]);
  });

  test(covers("MS-14"), async () => {
    const transport = new StdioTransport({ ...oddServer, ...limits });
    const errors: Error[] = [];
    const messages: unknown[] = [];
    transport.onerror = (error) => void errors.push(error);
    transport.onmessage = (message) => void messages.push(message);
    await transport.start();

    for (const id of [1, 2]) {
      await transport.send({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "junk", arguments: {} } });
    }

    await expect.poll(() => messages.length, soon).toBe(2);
    expect(messages).toMatchObject([{ id: 1 }, { id: 2 }]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: "MCP_PROTOCOL" });
    expect(errors[0]?.message).toContain('its standard output holds "listening on port 3000", which is not MCP');
    await transport.close();
  });

  test("a client that throws on a message gets the next one all the same", async () => {
    const transport = new StdioTransport({ ...oddServer, ...limits });
    const errors: unknown[] = [];
    const messages: unknown[] = [];
    transport.onerror = (error) => void errors.push(error);
    transport.onmessage = (message) => {
      messages.push(message);
      if (messages.length === 1) throw new Error("of the client");
    };
    await transport.start();

    for (const id of [1, 2, 3]) {
      void transport.send({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "together", arguments: {} } });
    }

    await expect.poll(() => messages.length, soon).toBe(3);
    expect(errors).toEqual([new Error("of the client")]);
    await transport.close();
  });

  test.each([["big"], ["bigIdLast"]])(`${covers("MS-15")} (%s)`, async (tool) => {
    await using connection = await openMcpConnection({ ...oddServer, messageLimit: 100_000 });
    const neighbour = connection.callTool("hold").catch(failure);

    const error = await connection.callTool(tool, { size: 200_000 }).catch(failure);

    expect(error).toMatchObject({
      code: "MCP_PROTOCOL",
      message:
        `calling tool "${tool}" of odd: the server sent a message of more than 100000 bytes; ` +
        "ask for less at a time, or raise messageLimit",
    });
    expect(textOf(await connection.callTool("bigNotification", { size: 200_000 }))).toBe("done");
    expect(connection.statistics()).toMatchObject({ generation: 1, callsInFlight: 1 });
    const lost = await connection.callTool("bigWithoutId", { size: 200_000 }).catch(failure);
    expect(lost).toMatchObject({ code: "MCP_CONNECTION_LOST", cause: { cause: { code: "MCP_PROTOCOL" } } });
    expect(await neighbour).toMatchObject({ code: "MCP_CONNECTION_LOST" });
  });
});

describe("standard error", () => {
  test(covers("MS-11"), async () => {
    await using connection = await openMcpConnection({ ...oddServer, stderrLimit: 5 });

    const answer = await connection.callTool("flood", { size: MEGABYTES_10 });
    const error = await connection.callTool("die", { signal: "SIGTERM" }).catch(failure);

    expect(textOf(answer)).toBe("done");
    // Five bytes are one character and most of another.
    expect(error).toMatchObject({ signal: "SIGTERM", stderr: "€" });
  });

  test(covers("MS-12"), async () => {
    let all = "";
    const tasks = new Set<unknown>();
    const onStderr = (text: string): void => {
      all += text;
      tasks.add(catchError(currentTask));
    };
    await using connection = await run(() => openMcpConnection({ ...oddServer, onStderr }));

    await connection.callTool("flood", { size: 1_500_000 });

    await expect.poll(() => all.length, soon).toBe(500_000);
    expect(all).toBe("€".repeat(500_000));
    expect([...tasks][0]).toMatchObject({ code: "NO_TASK" });
  });
});
