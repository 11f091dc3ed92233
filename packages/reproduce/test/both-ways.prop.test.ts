import { createServer } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import type { Signature } from "../src/index.ts";
import { Connection } from "../src/connection.ts";
import type { RequestOutcome } from "../src/outcome.ts";
import { readOptions } from "../src/read-options.ts";
import { openTestServer, type TestServer } from "./test-server.ts";

interface Script {
  readonly pieces: readonly Buffer[];
  readonly ends: boolean;
}

let server: TestServer;
let script: Script;

beforeAll(async () => {
  server = await openTestServer(
    createServer({ noDelay: true }, (socket) => {
      socket.on("data", () => void play());
      const play = async (): Promise<void> => {
        const { pieces, ends } = script;
        for (const piece of pieces) {
          if (socket.destroyed) return;
          socket.write(piece);
          // Two turns, so that the client has a chance to read each piece by itself.
          await turn();
          await turn();
        }
        if (ends) socket.end();
      };
    }),
  );
});
afterAll(() => server[Symbol.asyncDispose]());

const codings = {
  identity: (body: Buffer): Buffer => body,
  gzip: (body: Buffer): Buffer => gzipSync(body),
  deflate: (body: Buffer): Buffer => deflateSync(body),
  raw: (body: Buffer): Buffer => deflateRawSync(body),
  br: (body: Buffer): Buffer => brotliCompressSync(body),
  zstd: (body: Buffer): Buffer => zstdCompressSync(body),
} as const;

const charsets = {
  "": (text: string) => Buffer.from(text),
  "utf-8": (text: string) => Buffer.from(text),
  "UTF-16LE": (text: string) => Buffer.from(text, "utf16le"),
  "utf-16be": (text: string) => Buffer.from(text, "utf16le").swap16(),
  latin1: (text: string) => Buffer.from(text, "latin1"),
  nonsense: (text: string) => Buffer.from(text),
} as const;

/** A body of a few letters, of one, two, three and four bytes in UTF-8, so that a signature is often in it, and nearly. */
const letters = fc.constantFrom("a", "b", "é", "€", "\u{1F600}", "\n");
const responses = fc.record({
  text: fc.oneof(fc.string({ unit: letters, maxLength: 80 }), fc.string({ unit: "binary", maxLength: 40 })),
  charset: fc.constantFrom(...(Object.keys(charsets) as (keyof typeof charsets)[])),
  coding: fc.constantFrom(...(Object.keys(codings) as (keyof typeof codings)[])),
  framing: fc.constantFrom("length", "length", "chunked", "close", "last"),
  status: fc.constantFrom(200, 200, 204, 302, 404, 500),
  chunk: fc.integer({ min: 1, max: 40 }),
  cuts: fc.array(fc.nat(1_000), { maxLength: 6 }),
  other: fc.string({ unit: letters, minLength: 1, maxLength: 4 }),
  from: fc.nat(),
  length: fc.integer({ min: 0, max: 8 }),
  isExpression: fc.boolean(),
  missing: fc.constantFrom(0, 0, 0, 0, 1, 7),
  extra: fc.constantFrom(0, 0, 0, 0, 1),
});

test(covers("RP-3"), async () => {
  await fc.assert(
    fc.asyncProperty(responses, async ({ text, charset, coding, framing, status, chunk, cuts, ...more }) => {
      // Most often a part of the text.
      const characters = Array.from(text);
      const start = more.from % (characters.length + 1);
      const signature = characters.slice(start, start + more.length).join("") || more.other;
      const body = codings[coding](charsets[charset](text));
      const head = [
        `HTTP/1.1 ${status} Whatever`,
        ...(charset === "" ? [] : [`Content-Type: text/plain; charset=${charset}`]),
        ...(coding === "identity" ? [] : [`Content-Encoding: ${coding === "raw" ? "deflate" : coding}`]),
        ...(framing === "chunked" ? ["Transfer-Encoding: chunked"] : []),
        ...(framing === "length" || framing === "last" ? [`content-length: ${body.length}`] : []),
        ...(framing === "close" || framing === "last" ? ["Connection: close"] : []),
      ];
      const sent = status === 204 ? Buffer.alloc(0) : framing === "chunked" ? inChunks(body, chunk) : body;
      const whole = Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), sent]);
      const kept = whole.subarray(0, whole.length - Math.min(more.missing, sent.length));
      const all = Buffer.concat([kept, Buffer.alloc(more.missing === 0 ? more.extra : 0, "x")]);
      script = { pieces: cut(all, cuts), ends: framing === "close" || framing === "last" || more.missing > 0 };
      const looked = more.isExpression ? new RegExp(RegExp.escape(signature), "u") : signature;

      const [ours, general] = [await outcomeOf(true, looked), await outcomeOf(false, looked)];

      expect(ours).toEqual(general);
    }),
    { numRuns: 300 },
  );
});

test.each(["\r\n", "\n"])("heads that break rules are judged alike, with lines that end in %j", async (end) => {
  const heads = [
    ["HTTP/1.1 200 OK", "content-length: 5"],
    ["HTTP/1.1 200", "content-length: 5"],
    ["HTTP/1.1 200 ", "content-length: 5"],
    ["HTTP/1.0 200 OK", "content-length: 5"],
    ["HTTP/1.1 200 OK", "content-length: 5", "content-length: 5"],
    ["HTTP/1.1 200 OK", "content-length: 5, 5"],
    ["HTTP/1.1 200 OK", "content-length: +5"],
    ["HTTP/1.1 200 OK", "content-length: 0x5"],
    ["HTTP/1.1 200 OK", "content-length: 5", "transfer-encoding: chunked"],
    ["HTTP/1.1 200 OK", "content-length : 5"],
    ["HTTP/1.1 200 OK", " content-length: 5"],
    ["HTTP/1.1 200 OK", "x-folded: a", " b", "content-length: 5"],
    ["HTTP/1.1 200 OK", "x-empty:", "content-length:5"],
    ["HTTP/1.1 200 OK", "x-control: \u0001", "content-length: 5"],
    ["HTTP/1.1 200 OK", "connection: close", "content-length: 5"],
    ["HTTP/1.1 200 OK", "connection: upgrade", "upgrade: websocket", "content-length: 5"],
    ["HTTP/1.1 099 Odd", "content-length: 5"],
    ["HTTP/2 200 OK", "content-length: 5"],
    ["ICY 200 OK", "content-length: 5"],
    ["", "HTTP/1.1 200 OK", "content-length: 5"],
    ["HTTP/1.1 103 Early", "", "HTTP/1.1 200 OK", "content-length: 5"],
  ];

  const judged: { readonly head: readonly string[]; readonly ours: object; readonly general: object }[] = [];
  for (const head of heads) {
    script = { pieces: [Buffer.from(`${head.join(end)}${end}${end}scope`)], ends: true };
    judged.push({ head, ours: await outcomeOf(true, "scope"), general: await outcomeOf(false, "scope") });
  }

  expect(judged.map(({ head, ours }) => ({ head, outcome: ours }))).toEqual(
    judged.map(({ head, general }) => ({ head, outcome: general })),
  );
});

/** What became of one request, but for its time; of the sample only where it is looked at. */
async function outcomeOf(isPlain: boolean, signature: Signature): Promise<object> {
  const plan = {
    ...readOptions({ url: server.url, signature, requests: 1, concurrency: 1, timeoutMs: 5_000 }),
    isPlain,
  };
  const connection = new Connection(plan, plan.origin);
  const { promise, resolve } = Promise.withResolvers<RequestOutcome>();
  connection.send(plan.maker.next(), performance.now(), resolve);
  const outcome = await promise;
  await connection.close();
  if ("failure" in outcome) return { failure: outcome.failure };
  const { status, isHit, isCut, sample } = outcome;
  return { status, isHit, isCut, ...(isHit && { sample }) };
}

function inChunks(body: Buffer, size: number): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    chunks.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  return Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")]);
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}
