import type { JSONRPCMessage, Transport, TransportSendOptions } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { answerLost, SeverableTransport } from "../src/severable-transport.ts";

const request: JSONRPCMessage = { jsonrpc: "2.0", id: 7, method: "tools/call" };
const answer: JSONRPCMessage = { jsonrpc: "2.0", id: 7, result: {} };
const cancellation: JSONRPCMessage = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } };

/** A transport at whose other end stands the test. */
class FarEnd implements Transport {
  onclose?: (() => void) | undefined;
  onmessage?: ((message: JSONRPCMessage) => void) | undefined;
  readonly sent: { message: JSONRPCMessage; options: TransportSendOptions | undefined }[] = [];
  readonly sessionId = "session";
  protocolVersion = "";
  closings = 0;
  failure: Error | undefined;

  start(): Promise<void> {
    return Promise.resolve();
  }
  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    this.sent.push({ message, options });
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
  }
  close(): Promise<void> {
    this.closings += 1;
    return Promise.resolve();
  }
  setProtocolVersion(version: string): void {
    this.protocolVersion = version;
  }
}

async function start(): Promise<{ far: FarEnd; transport: SeverableTransport; heard: unknown[] }> {
  const far = new FarEnd();
  const heard: unknown[] = [];
  const transport = new SeverableTransport(far, () => heard.push("lost"));
  Object.assign(transport, {
    onmessage: (message: unknown) => heard.push(message),
    onclose: () => heard.push("closed"),
  });
  await transport.start();
  return { far, transport, heard };
}

test("passes on the session and the protocol version", async () => {
  const { far, transport } = await start();

  transport.setProtocolVersion("2025-11-25");

  expect([transport.sessionId, far.protocolVersion]).toEqual(["session", "2025-11-25"]);
});

test("tells the owner that the connection is lost, then the client, and then nothing more", async () => {
  const { far, heard } = await start();
  const { onmessage } = far;

  far.onclose?.();

  expect(heard).toEqual(["lost", "closed"]);
  expect([far.onmessage, far.onclose]).toEqual([undefined, undefined]);
  expect(onmessage).toBeDefined();
});

test("a closing by the client leaves the real transport open, for its owner to close", async () => {
  const { far, transport, heard } = await start();

  await transport.close();
  const closings = far.closings;
  await transport.closeInner();

  expect([closings, far.closings]).toEqual([0, 1]);
  expect(heard).toEqual(["closed"]);
});

test("sends nothing once it is severed", async () => {
  const { far, transport } = await start();

  transport.sever();

  await expect(transport.send(request)).rejects.toThrow("sending a message on a transport that was closed");
  expect(far.sent).toEqual([]);
});

test("a cancellation aborts the request that it names, before it is sent", async () => {
  const { far, transport } = await start();
  await transport.send(request);

  await transport.send(cancellation);

  expect(far.sent.map(({ message }) => message)).toEqual([request, cancellation]);
  expect(far.sent[0]?.options?.requestSignal?.aborted).toBe(true);
});

test("a stream that ends before the answer stands in for it with an error that no server can send", async () => {
  const { far, transport, heard } = await start();
  await transport.send(request);

  far.sent[0]?.options?.onRequestStreamEnd?.();

  expect(heard).toEqual([{ jsonrpc: "2.0", id: 7, error: expect.objectContaining({ data: answerLost }) }]);
});

test("a stream that ends after the answer, or after the cancellation, says nothing", async () => {
  const { far, transport, heard } = await start();
  await transport.send(request);
  far.onmessage?.(answer);
  far.sent[0]?.options?.onRequestStreamEnd?.();
  await transport.send(request);
  await transport.send(cancellation);

  far.sent[1]?.options?.onRequestStreamEnd?.();

  expect(heard).toEqual([answer]);
});

test("a request that could not be sent is forgotten", async () => {
  const { far, transport, heard } = await start();
  far.failure = new Error("no socket");

  await expect(transport.send(request)).rejects.toThrow("no socket");
  far.sent[0]?.options?.onRequestStreamEnd?.();

  expect(heard).toEqual([]);
});

test("the client's own signal and listener of a request are kept", async () => {
  const { far, transport } = await start();
  const { signal } = new AbortController();
  let ended = 0;
  await transport.send(request, { requestSignal: signal, onRequestStreamEnd: () => (ended += 1) });

  far.sent[0]?.options?.onRequestStreamEnd?.();

  expect(far.sent[0]?.options?.requestSignal).toBe(signal);
  expect(ended).toBe(1);
});
