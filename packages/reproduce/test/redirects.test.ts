import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type LevelResult, reproduce, type ReproduceOptions } from "../src/index.ts";
import { openHttpServer, type TestServer } from "./test-server.ts";

test.each([
  [301, "POST", "GET", ""],
  [302, "POST", "GET", ""],
  [302, "PUT", "PUT", "why?"],
  [303, "PUT", "GET", ""],
  [307, "POST", "POST", "why?"],
  [308, "POST", "POST", "why?"],
])("a %i of a %s is followed by a %s", async (status, method, then, body) => {
  const seen: string[] = [];
  await using server = await openHttpServer(async (response, _index, request) => {
    seen.push(`${request.method} ${request.url} ${await text(request)}`.trim());
    if (request.url === "/a") response.writeHead(status, { location: "/b?c" }).end("cancel scope");
    else response.end("cancel scope");
  });

  const level = await measure(server, { url: `${server.url}a`, method, body: "why?", follow: true });

  expect(seen).toEqual([`${method} /a why?`, `${then} /b?c ${body}`.trim()]);
  expect(level).toMatchObject({ hits: 1, statuses: { 200: 1 } });
  expect(server.socketsOpened).toBe(1);
});

test("a HEAD that is redirected stays one", async () => {
  const seen: (string | undefined)[] = [];
  await using server = await openHttpServer((response, _index, { method, url }) => {
    seen.push(method);
    if (url === "/a") response.writeHead(303, { location: "/b" }).end();
    else response.end();
  });

  await measure(server, { url: `${server.url}a`, method: "HEAD", follow: true });

  expect(seen).toEqual(["HEAD", "HEAD"]);
});

test(covers("RP-13"), async () => {
  const seen: (string | undefined)[] = [];
  await using elsewhere = await openHttpServer((response, _index, { headers }) => {
    seen.push(headers.authorization, String(headers["x-trace"]), headers.host);
    response.end("cancel scope");
  });
  await using server = await openHttpServer((response) => response.writeHead(307, { location: elsewhere.url }).end());

  const level = await measure(server, { follow: true, requests: 2, headers: { Authorization: "me", "X-Trace": "1" } });

  const { host } = new URL(elsewhere.url);
  expect(seen).toEqual([undefined, "1", host, undefined, "1", host]);
  expect(level).toMatchObject({ hits: 2, statuses: { 200: 2 } });
  await Promise.all([server.waitClosed(1), elsewhere.waitClosed(1)]);
});

test.each([
  ["a circle", "/", "redirected more than 20 times"],
  ["a place that is not on the web", "ftp://127.0.0.1/", "neither http nor https"],
  ["no place at all", "http://", "neither http nor https"],
])("a redirect to %s is a failure", async (_what, location, message) => {
  await using server = await openHttpServer((response) => response.writeHead(302, { location }).end());

  const measuring = measure(server, { follow: true });

  await expect(measuring).rejects.toThrow(message);
});

test("a redirect without a place is an answer", async () => {
  await using server = await openHttpServer((response) => response.writeHead(302).end("cancel scope"));

  const level = await measure(server, { follow: true });

  expect(level).toMatchObject({ hits: 1, statuses: { 302: 1 } });
});

test("an abort ends what was redirected", async () => {
  const controller = new AbortController();
  await using server = await openHttpServer((response, index) => {
    if (index === 0) response.writeHead(302, { location: "/b" }).end();
    else controller.abort("enough");
  });

  const measuring = measure(server, { follow: true, signal: controller.signal });

  await expect(measuring).rejects.toBe("enough");
  await server.waitClosed(1);
});

async function measure(server: TestServer, options: Partial<ReproduceOptions>): Promise<LevelResult> {
  const { levels } = await reproduce({
    url: server.url,
    signature: "cancel scope",
    requests: 1,
    concurrency: 1,
    ...options,
  });
  return levels[0] as LevelResult;
}
