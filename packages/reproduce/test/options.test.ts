import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { reproduce, type ReproduceOptions } from "../src/index.ts";
import { openHttpServer } from "./test-server.ts";

test.each<[string, Partial<ReproduceOptions>, typeof TypeError | typeof RangeError, string]>([
  ["no URL", { url: "127.0.0.1 port 3000" }, TypeError, "is not a URL"],
  ["a scheme other than http", { url: "ftp://127.0.0.1/" }, TypeError, "http or https"],
  ["an empty text as the signature", { signature: "" }, TypeError, "empty"],
  // oxlint-disable-next-line prefer-regex-literals -- there is no literal for it
  ["an empty expression as the signature", { signature: new RegExp("") }, TypeError, "empty"],
  ["a signature of another type", { signature: 7 as unknown as string }, TypeError, "a string or a regular expression"],
  ["0 requests", { requests: 0 }, RangeError, "requests is a whole number"],
  ["NaN requests", { requests: Number.NaN }, RangeError, "requests is a whole number"],
  ["a fraction of requests", { requests: 1.5 }, RangeError, "requests is a whole number"],
  ["text as requests", { requests: "10" as unknown as number }, RangeError, "requests is a whole number"],
  ["endless requests", { requests: Infinity }, RangeError, "requests is a whole number"],
  ["0 as a level", { concurrency: [1, 0] }, RangeError, "concurrency is a whole number"],
  ["a fraction as the level", { concurrency: 2.5 }, RangeError, "concurrency is a whole number"],
  ["no level", { concurrency: [] }, RangeError, "empty list"],
  ["a level twice", { concurrency: [1, 4, 1] }, RangeError, "twice in 1, 4, 1"],
  ["a method with a blank", { method: "GET /" }, TypeError, "is not an HTTP method"],
  ["an empty method", { method: "" }, TypeError, "is not an HTTP method"],
  ["the method CONNECT", { method: "CONNECT" }, TypeError, "tunnel"],
  ["a header name with a colon", { headers: { "x:": "1" } }, TypeError, "x:"],
  ["a line break in a header", { headers: { "x-a": "1\r\nx-b: 2" } }, TypeError, "x-a"],
  ["a header about the framing", { headers: { "Content-Length": "3" } }, TypeError, "leave it out"],
  ["an arrival that there is not", { arrival: "open" as "burst" }, TypeError, "none of them"],
  ["a rate of 0", { arrival: { rate: 0 } }, RangeError, "a rate is above 0"],
  ["an endless rate", { arrival: { rate: Infinity } }, RangeError, "a rate is above 0"],
  ["a spacing that there is not", { arrival: { rate: 1, spacing: "odd" as "even" } }, TypeError, "spacing"],
  ["a fraction of a warm-up", { warmUp: 0.5 }, RangeError, "warmUp is a whole number from 0 up"],
  ["shares the wrong way round", { sprt: { p0: 0.2, p1: 0.02 } }, RangeError, "0 < p0 < p1 < 1"],
  ["a clean share of 0", { sprt: { p0: 0, p1: 0.2 } }, RangeError, "0 < p0 < p1 < 1"],
  ["a faulty share of 1", { sprt: { p0: 0.1, p1: 1 } }, RangeError, "0 < p0 < p1 < 1"],
  ["no hold", { holdMs: 0 }, RangeError, "holdMs"],
  ["no time", { timeoutMs: 0 }, RangeError, "timeoutMs"],
  ["a time that is no number", { timeoutMs: Number.NaN }, RangeError, "timeoutMs"],
  ["more time than a timer can take", { timeoutMs: 2 ** 31 }, RangeError, "timeoutMs"],
])("refuses %s before the server sees anything", async (_what, options, type, message) => {
  await using server = await openHttpServer((response) => response.end());
  const working = { url: server.url, signature: "cancel scope", requests: 1, concurrency: 1 };

  const refused = reproduce({ ...working, ...options });

  await expect(refused).rejects.toThrow(type);
  await expect(refused).rejects.toThrow(message);
  expect(server).toMatchObject({ requests: 0, socketsOpened: 0 });
});

test("refuses a password in the URL, and does not repeat it", async () => {
  const url = "http://me:secret@127.0.0.1/";

  const refused = reproduce({ url, signature: "x", requests: 1, concurrency: 1 });

  await expect(refused).rejects.toThrow("authorization header");
  await expect(refused).rejects.not.toThrow("secret");
});

test.each<[string, Partial<ReproduceOptions>, string]>([
  ["GET", {}, "GET /a?b=1 []"],
  ["POST when there is a body", { body: '{"prompt":"why?"}' }, 'POST /a?b=1 [{"prompt":"why?"}]'],
  ["POST when the body is empty", { body: "" }, "POST /a?b=1 []"],
  ["the method given", { method: "PUT", body: "ö" }, "PUT /a?b=1 [ö]"],
])("sends %s", async (_what, options, seen) => {
  const requests: string[] = [];
  await using server = await openHttpServer(async (response, _index, request) => {
    requests.push(`${request.method} ${request.url} [${await text(request)}]`);
    response.end();
  });

  await reproduce({ url: `${server.url}a?b=1#c`, signature: "x", requests: 1, concurrency: 1, ...options });

  expect(requests).toEqual([seen]);
});
