/**
 * The official client against the faults, by itself. What it does wrong is asserted as it is, so that we notice when it is
 * mended, and what Holdfast does about it can go.
 */
import { Client, SdkErrorCode, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { createFaultyServer, type FaultyHttpServer, openFaultyHttpServer } from "../../src/testing/index.ts";
import { soon } from "../fixtures/soon.ts";

const pinned = { versionNegotiation: { mode: { pin: "2026-07-28" } } };

interface Connected extends AsyncDisposable {
  readonly client: Client;
  /** How many responses have begun. */
  responses(): number;
  call(tool: string, timeout?: number): Promise<unknown>;
  /** The error of a call, which must fail. */
  failure(tool: string, timeout?: number): Promise<unknown>;
}

async function connect(
  server: FaultyHttpServer,
  options: ConstructorParameters<typeof Client>[1] = {},
): Promise<Connected> {
  const client = new Client({ name: "official", version: "1.0.0" }, options);
  const reconnectionOptions = {
    initialReconnectionDelay: 1,
    maxReconnectionDelay: 1,
    reconnectionDelayGrowFactor: 1,
    maxRetries: 2,
  };
  let responses = 0;
  const counting: typeof fetch = async (url, init) => {
    const response = await fetch(url, init);
    responses += 1;
    return response;
  };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(server.url), { reconnectionOptions, fetch: counting }),
  );
  const call = (name: string, timeout = 10_000): Promise<unknown> =>
    client.callTool({ name, arguments: { text: "hello" } }, { timeout });
  const failure = (name: string, timeout?: number): Promise<unknown> =>
    call(name, timeout).then(
      () => "no failure",
      (error: unknown) => error,
    );
  return { client, responses: () => responses, call, failure, [Symbol.asyncDispose]: () => client.close() };
}

test("it does not notice a server that dies in the middle of an answer, and waits for its own time limit", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "sse-keep-alive-only" }] });
  await using connected = await connect(server);
  let closed = 0;
  Object.assign(connected.client, { onclose: () => (closed += 1) });
  await server.waitUntil(({ streamsOpen }) => streamsOpen === 1);
  await expect.poll(() => connected.responses(), soon).toBe(3);
  const failure = connected.failure("echo", 500);
  await expect.poll(() => connected.responses(), soon).toBe(4);

  await server.goDown();

  expect(await failure).toMatchObject({ code: SdkErrorCode.RequestTimeout });
  expect(closed).toBe(0);
});

test.each(["sse-end", "sse-reset"] as const)("it waits for its own time limit after %s", async (fault) => {
  await using server = await openFaultyHttpServer({ faults: [{ fault }] });
  await using connected = await connect(server);

  expect(await connected.failure("echo", 200)).toMatchObject({ code: SdkErrorCode.RequestTimeout });
});

test("it does not open another session for one that was forgotten, and fails from then on", async () => {
  await using server = await openFaultyHttpServer();
  await using connected = await connect(server);
  server.forgetSessions();

  const failures = [await connected.failure("echo"), await connected.failure("echo")];

  expect(failures).toMatchObject([{ status: 404 }, { status: 404 }]);
  expect(server.counts()).toMatchObject({ initializes: 1, executed: {} });
});

test("it keeps the stream of each call that has timed out", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "sse-keep-alive-only", times: 5 }] });
  await using connected = await connect(server);

  await Promise.all(Array.from({ length: 5 }, () => connected.failure("echo", 200)));
  await server.waitUntil(({ cancels }) => cancels === 5);
  // Whatever it had let go of by now would be seen, as its next call was answered meanwhile.
  await connected.call("echo");

  expect(server.counts().inFlight).toBe(5);
});

test("it sends a request for each of those who list the tools at the same time", async () => {
  await using server = await openFaultyHttpServer();
  await using connected = await connect(server);

  await Promise.all(Array.from({ length: 5 }, () => connected.client.listTools()));

  expect(server.counts().received.filter((method) => method === "tools/list")).toHaveLength(5);
});

test("it opens a GET stream that always drops again and again, more often than its limit says", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "get-drops", times: Infinity }] });
  await using _connected = await connect(server);

  await server.waitUntil(({ received }) => received.filter((method) => method === "GET").length > 10);

  expect(server.counts().received.filter((method) => method === "GET").length).toBeGreaterThan(3);
});

test(covers("MT-8"), async () => {
  await using server = await openFaultyHttpServer();
  await using connected = await connect(server, pinned);
  const { client } = connected;
  const { tools } = await client.listTools();
  const result = await connected.call("echo");
  server.inject({ fault: "sse-end" });
  server.inject({ fault: "hang" });

  const lost = await connected.failure("echo", 200);
  const hanging = await connected.failure("echo", 200);
  await server.waitUntil(({ cancels }) => cancels === 1);

  expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  expect(tools.map(({ name }) => name)).toEqual(["echo", "sum"]);
  expect(result).toMatchObject({ content: [{ type: "text", text: "hello" }] });
  expect(lost).toMatchObject({ code: SdkErrorCode.RequestTimeout });
  expect(hanging).toMatchObject({ code: SdkErrorCode.RequestTimeout });
  expect(server.counts()).toMatchObject({ initializes: 0, sessionsOpen: 0, executed: { echo: 3 } });
  expect(server.counts().received).toEqual(["server/discover", "tools/list", "tools/call", "tools/call", "tools/call"]);
});

test("in the revision without sessions a stream that the client closes cancels its call, and one that breaks does not", async () => {
  const stopped: unknown[] = [];
  await using server = await openFaultyHttpServer({
    tools: {
      echo: ({ text }) => String(text),
      wait: (_args, { signal }) => {
        signal.addEventListener("abort", () => stopped.push(signal.reason));
        return new Promise<void>(() => {});
      },
    },
    faults: [{ fault: "sse-reset", tool: "echo" }],
  });
  await using connected = await connect(server, pinned);

  await connected.failure("echo", 200);
  const { cancels, inFlight } = server.counts();
  await connected.failure("wait", 200);
  await server.waitUntil((counts) => counts.cancels === 1);

  expect([cancels, inFlight]).toEqual([0, 0]);
  expect(stopped).toEqual(["the client has cancelled the request"]);
});

test("a client of the revision without sessions hears of changed tools on the stream that it listens to", async () => {
  await using server = await openFaultyHttpServer();
  await using connected = await connect(server, pinned);
  let changes = 0;
  connected.client.setNotificationHandler("notifications/tools/list_changed", () => void (changes += 1));
  const subscription = await connected.client.listen({ toolsListChanged: true });

  server.notifyToolsChanged(3);

  await expect.poll(() => changes, soon).toBe(3);
  await subscription.close();
  await server.waitUntil(({ streamsOpen }) => streamsOpen === 0);
});

test("a server in the same process speaks the revision without sessions, too", async () => {
  const server = createFaultyServer();
  const client = new Client({ name: "official", version: "1.0.0" }, pinned);
  await client.connect(server.connect());
  let changes = 0;
  client.setNotificationHandler("notifications/tools/list_changed", () => void (changes += 1));

  const result = await client.callTool({ name: "sum", arguments: { a: 1, b: 2 } });
  await client.listen({ toolsListChanged: true });
  server.notifyToolsChanged(2);
  const { streamsOpen } = server.counts();
  await client.close();

  expect(result.structuredContent).toEqual({ sum: 3 });
  expect([changes, streamsOpen]).toEqual([2, 1]);
  expect(server.counts()).toMatchObject({ initializes: 0, sessionsOpen: 0, streamsOpen: 0 });
});

test("a server that speaks only the versions with sessions is found out, and spoken to in one", async () => {
  await using server = await openFaultyHttpServer({ versions: ["2025-06-18"] });
  await using connected = await connect(server, { versionNegotiation: { mode: "auto" } });

  expect(connected.client.getNegotiatedProtocolVersion()).toBe("2025-06-18");
  expect(server.counts()).toMatchObject({ initializes: 1, sessionsOpen: 1 });
});
