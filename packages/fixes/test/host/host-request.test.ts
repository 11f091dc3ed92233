import { expect, test } from "vitest";
import { HostApi } from "../../src/host/host-request.ts";
import { openTestServer, type TestAnswer } from "../test-server.ts";

const reset = 4_000_000_000;

test.for<readonly [string, TestAnswer, string, RegExp]>([
  ["hangs up", "hang up", "FIXES_HOST_FAILED", /gave no answer; check the network/],
  ["is out of order", { status: 502, json: {} }, "FIXES_HOST_FAILED", /answered 502; ask again later/],
  ["knows the token for false", { status: 401, json: {} }, "FIXES_HOST_FAILED", /does not accept the token/],
  ["forbids it", { status: 403, json: {} }, "FIXES_HOST_FAILED", /answered 403; give a token that may read/],
  ["answers in prose", { text: "<html>" }, "FIXES_HOST_FAILED", /no JSON; check the URL of the API/],
  [
    "has had enough",
    { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) }, json: {} },
    "FIXES_HOST_LIMITED",
    /no more questions until 2096-10-02T07:06:40Z; give a token, or ask again then/,
  ],
  [
    "has had too many at once",
    { status: 429, headers: { "retry-after": "60" }, json: {} },
    "FIXES_HOST_LIMITED",
    /until/,
  ],
])("says so when the host %s", async ([, answer, code, message]) => {
  await using server = await openTestServer({ "/x": answer });
  const api = new HostApi({ apiUrl: server.url, token: undefined });

  await expect(api.get("/x")).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("does not ask a host again that has had enough", async () => {
  await using server = await openTestServer({ "/x": { status: 429, headers: { "retry-after": "600" }, json: {} } });
  const api = new HostApi({ apiUrl: server.url, token: "secret" });

  await expect(api.get("/x")).rejects.toMatchObject({ code: "FIXES_HOST_LIMITED" });
  await expect(api.get("/y")).rejects.toMatchObject({ code: "FIXES_HOST_LIMITED" });

  expect(server.requests).toHaveLength(1);
});

test.for<readonly [string, unknown, string]>([
  ["a limit", [{ type: "RATE_LIMITED" }], "FIXES_HOST_LIMITED"],
  ["an error", [{ type: "OTHER", message: "no such field" }], "FIXES_HOST_FAILED"],
])("reads %s out of an answer that looks well", async ([, errors, code]) => {
  await using server = await openTestServer({ "POST /graphql": { json: { data: null, errors } } });
  const api = new HostApi({ apiUrl: server.url, token: "secret" });

  await expect(api.query("query", {})).rejects.toMatchObject({ code });
});

test("finds the other API of a GitHub of one's own", async () => {
  await using server = await openTestServer({ "POST /api/graphql": { json: { data: { a: 1 } } } });
  const api = new HostApi({ apiUrl: `${server.url}/api/v3`, token: "secret" });

  expect(await api.query("query", {})).toEqual({ a: 1 });
});

test("stops with the reason of the signal", async () => {
  await using server = await openTestServer({});
  const reason = new Error("enough");

  const asking = new HostApi({ apiUrl: server.url, token: undefined }).get("/x", AbortSignal.abort(reason));

  await expect(asking).rejects.toBe(reason);
});
