import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type LevelResult, reproduce, type Signature } from "../src/index.ts";
import { openHttpServer } from "./test-server.ts";

const text = `${"x".repeat(100_000)} grün € \u{1F600} cancel scope`;
const utf8 = Buffer.from(text);

describe("a compressed body is searched as text", () => {
  test.each([
    ["gzip", gzipSync(utf8)],
    ["x-gzip", gzipSync(utf8)],
    ["GZIP", gzipSync(utf8)],
    ["deflate", deflateSync(utf8)],
    ["deflate", deflateRawSync(utf8)],
    ["br", brotliCompressSync(utf8)],
    ["zstd", zstdCompressSync(utf8)],
    ["identity", utf8],
    ["deflate, gzip", gzipSync(deflateSync(utf8))],
    ["gzip, identity, br", brotliCompressSync(gzipSync(utf8))],
  ])("of the encoding %s", async (encoding, body) => {
    const levels = await answeredWith({ "content-encoding": encoding }, body, [
      "€ \u{1F600} cancel",
      /cancel scope$/,
      "€x",
    ]);

    expect(levels.map(({ hits, answered }) => [hits, answered])).toEqual([
      [1, 1],
      [1, 1],
      [0, 1],
    ]);
    expect(levels[0]?.samples[0]?.body).toBe("x".repeat(400));
  });

  test.each([
    ["cut off", gzipSync(utf8).subarray(0, 60)],
    ["of another kind", utf8],
  ])("and one that is %s is a failure, for nothing is known of it", async (_what, body) => {
    const good = gzipSync("clean");
    await using server = await openHttpServer((response, index) =>
      response.setHeader("content-encoding", "gzip").end(index === 0 ? body : good),
    );

    const { levels } = await reproduce({ url: server.url, signature: "x", requests: 3, concurrency: 1 });

    expect(levels[0]).toMatchObject({ answered: 2, hits: 0, failures: { other: 1 } });
  });

  test("in an encoding that nobody knows it is searched as it is, and a miss is none for certain", async () => {
    const [miss, hit] = await answeredWith({ "content-encoding": "rot13" }, Buffer.from("cancel scope"), [
      "pnapry",
      "scope",
    ]);

    expect(miss).toMatchObject({ answered: 1, hits: 0, partlySearched: 1 });
    expect(hit).toMatchObject({ answered: 1, hits: 1, partlySearched: 0 });
  });

  test("a bomb takes little memory", async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, "x"));
    const before = process.memoryUsage().rss;

    const [level] = await answeredWith({ "content-encoding": "gzip" }, bomb, ["y"]);

    expect(level).toMatchObject({ answered: 1, hits: 0 });
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });
});

describe("a body is read in the charset that it says it has", () => {
  const word = "grün";
  test.each([
    ["text/plain; charset=utf-8", Buffer.from(word)],
    ["text/plain", Buffer.from(word)],
    ["application/json", Buffer.from(word)],
    ["text/plain; charset=nonsense", Buffer.from(word)],
    ['text/plain; charset="UTF-16LE"', Buffer.from(word, "utf16le")],
    ["text/plain;charset=utf-16", Buffer.from(word, "utf16le")],
    ["text/plain; charset=utf-16be", Buffer.from(word, "utf16le").swap16()],
    ["text/plain; format=flowed; charset=ISO-8859-1", Buffer.from(word, "latin1")],
    ["text/plain; charset=latin1", Buffer.from(word, "latin1")],
    // A mark says it with more authority.
    ["text/plain; charset=latin1", Buffer.from(`\u{FEFF}${word}`)],
    ["text/plain", Buffer.from(`\u{FEFF}${word}`, "utf16le")],
    ["text/plain", Buffer.from(`\u{FEFF}${word}`, "utf16le").swap16()],
  ])("%s", async (type, body) => {
    const levels = await answeredWith({ "content-type": type }, body, [word, /^\u{FEFF}?gr.n$/u, "grn"]);

    expect(levels.map(({ hits }) => hits)).toEqual([1, 1, 0]);
  });
});

test("a stream of events is searched as it comes, and counts when it ends", async () => {
  await using server = await openHttpServer((response) => {
    response.writeHead(500, { "content-type": "text/event-stream" }).write("data: a different can");
    setImmediate(() => response.end("cel scope\n\n"));
  });

  const { levels } = await reproduce({ url: server.url, signature: "cancel scope", requests: 2, concurrency: 1 });

  expect(levels[0]).toMatchObject({ answered: 2, hits: 2 });
});

/** Looks for each of the signatures in a body with these headers. */
async function answeredWith(
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  signatures: readonly Signature[],
): Promise<LevelResult[]> {
  await using server = await openHttpServer((response) =>
    response.writeHead(200, { ...headers, "content-length": body.length }).end(body),
  );
  const found: LevelResult[] = [];
  for (const signature of signatures) {
    const { levels } = await reproduce({ url: server.url, signature, requests: 1, concurrency: 1 });
    found.push(...levels);
  }
  return found;
}
