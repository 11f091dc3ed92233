import { ownershipReports, trackOwnership } from "@holdfast/concurrency/testing";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { soon } from "./fixtures/soon.ts";

const info = { name: "ownership", version: "1.0.0" };

/** The stock client, tracked as the documentation has it. */
function trackedClient(): Client {
  return trackOwnership(new Client(info), { open: ["connect"], close: ["close"], use: ["callTool", "listTools"] });
}

function transportTo({ url }: HttpTestServer): StreamableHTTPClientTransport {
  return new StreamableHTTPClientTransport(new URL(url));
}

function kinds(client: Client): string[] {
  return ownershipReports(client).map(({ kind }) => kind);
}

test("of runs that share a stock client, the one that closes it under the others is told apart from its opener", async () => {
  await using server = await HttpTestServer.start();
  const client = trackedClient();
  let users = 0;
  let opening: Promise<void> | undefined;
  const acquire = async (): Promise<void> => {
    if (users++ === 0) opening = client.connect(transportTo(server));
    await opening;
  };
  const agentRun = async (tool: string): Promise<unknown> => {
    await acquire();
    try {
      return await client.callTool({ name: tool, arguments: { text: tool } });
    } finally {
      // As in many an example: who is done closes, whoever else there is.
      await client.close();
    }
  };
  const opener = agentRun("hold");
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold"]);

  const outcomes = await Promise.allSettled([opener, agentRun("hold"), agentRun("echo")]);

  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  const [other, inUse, ...rest] = ownershipReports(client);
  expect(rest).toEqual([]);
  expect(other).toMatchObject({ kind: "closed-by-another", resource: "Client" });
  expect(other?.opener).toMatchObject({ method: "connect()", stack: expect.stringContaining("at acquire") });
  expect(other?.closer).toMatchObject({ method: "close()", stack: expect.stringContaining("at agentRun") });
  expect(other?.closer?.chain).not.toBe(other?.opener?.chain);
  expect(inUse?.kind).toBe("closed-in-use");
  expect(inUse?.closer?.stack).toBe(other?.closer?.stack);
  expect(inUse?.calls.map(({ method }) => method)).toEqual(["callTool()", "callTool()"]);
  expect(new Set([...(inUse?.calls ?? []), inUse?.closer].map((call) => call?.chain)).size).toBe(3);
});

test("callbacks of one Promise.all that each connect, call and close a shared stock client do all that is wrong", async () => {
  await using server = await HttpTestServer.start();
  const client = trackedClient();
  const isHeld = async (): Promise<void> => {
    await expect.poll(() => server.probe.begun, soon).toContain("hold");
  };

  const outcomes = await Promise.allSettled(
    [{ tool: "echo", before: isHeld }, { tool: "hold" }].map(async ({ tool, before }) => {
      await client.connect(transportTo(server));
      await before?.();
      await client.callTool({ name: tool, arguments: { text: tool } });
      await client.close();
    }),
  );
  await client.callTool({ name: "echo", arguments: {} }).catch(() => {});

  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(kinds(client)).toEqual(["opened-twice", "closed-by-another", "closed-in-use", "used-after-close"]);
});

test("a stock client that one run opens, and closes when all its calls are answered, is no offence", async () => {
  await using server = await HttpTestServer.start();
  const client = trackedClient();
  const names: (string | undefined)[] = [];

  for (let round = 0; round < 2; round++) {
    await client.connect(transportTo(server));
    await Promise.all(
      ["a", "b", "c", "d"].map(async (text) => {
        await client.listTools();
        names.push(client.getServerVersion()?.name);
        await client.callTool({ name: "echo", arguments: { text } });
      }),
    );
    await client.close();
  }

  expect(client).toBeInstanceOf(Client);
  expect(new Set(names)).toEqual(new Set(["test"]));
  expect(kinds(client)).toEqual([]);
});

test("runs that have a stock client each are no offence", async () => {
  await using server = await HttpTestServer.start();
  const clients = [trackedClient(), trackedClient(), trackedClient()];

  await Promise.all(
    clients.map(async (client) => {
      await client.connect(transportTo(server));
      await client.callTool({ name: "echo", arguments: { text: "a" } });
      await client.close();
    }),
  );

  expect(clients.flatMap(kinds)).toEqual([]);
});
