import { CancelScope, currentTask, gather, run } from "@holdfast/concurrency";
import {
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
  type Transport,
  type TransportSendOptions,
} from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { soon } from "./fixtures/soon.ts";

test("the callbacks of a connection run outside every task, whoever called", async () => {
  const seen = new Set<string>();
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({
    lazy: true,
    open: () => new RecordingTransport(new URL(server.url), seen),
  });
  const scope = new CancelScope();

  await run(() => gather([() => connection.callTool("echo"), () => connection.listTools()]));
  const cancelled = run(() => scope.run(() => connection.callTool("hold")));
  await expect.poll(() => server.probe.begun, soon).toContain("hold");
  await run(() => scope.cancel());
  await cancelled;
  await expect.poll(() => server.count("notifications/cancelled"), soon).toBe(1);
  await run(() => connection.close());

  expect([...seen].toSorted()).toEqual([
    "close: NO_TASK",
    "open: NO_TASK",
    "receive: NO_TASK",
    "send notifications/cancelled: NO_TASK",
    "send notifications/initialized: NO_TASK",
    "send request: NO_TASK",
    "start: NO_TASK",
  ]);
});

/** The official transport, with a note of the task that each step of it runs in. */
class RecordingTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #inner: Transport;
  readonly #seen: Set<string>;

  constructor(url: URL, seen: Set<string>) {
    this.#inner = new StreamableHTTPClientTransport(url);
    this.#seen = seen;
    this.#note("open");
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  start(): Promise<void> {
    this.#note("start");
    Object.assign(this.#inner, {
      onmessage: (message: JSONRPCMessage) => {
        this.#note("receive");
        this.onmessage?.(message);
      },
    });
    return this.#inner.start();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    this.#note(`send ${"method" in message && !("id" in message) ? message.method : "request"}`);
    return this.#inner.send(message, options);
  }

  close(): Promise<void> {
    this.#note("close");
    return this.#inner.close();
  }

  #note(what: string): void {
    this.#seen.add(`${what}: ${taskHere()}`);
  }
}

function taskHere(): string {
  try {
    return currentTask().name;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
