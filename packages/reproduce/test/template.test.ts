import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { reproduce } from "../src/index.ts";
import { openHttpServer } from "./test-server.ts";

test("placeholders are numbers of each request's own, within its level and within the whole", async () => {
  const seen: string[] = [];
  await using server = await openHttpServer(async (response, _index, request) => {
    seen.push(`${request.url} ${String(request.headers["x-n"])} ${await text(request)}`);
    response.end();
  });

  const { url } = await reproduce({
    url: `${server.url}runs/{{i}}?n={{n}}`,
    headers: { "x-n": "{{n}}-{{i}}" },
    body: '{"i":{{i}},"not":"{{this}}"}',
    signature: "x",
    warmUp: 1,
    requests: 1,
    concurrency: [1, 2],
  });

  expect(seen).toEqual([
    '/runs/0?n=0 0-0 {"i":0,"not":"{{this}}"}',
    '/runs/1?n=1 1-1 {"i":1,"not":"{{this}}"}',
    '/runs/0?n=2 2-0 {"i":0,"not":"{{this}}"}',
    '/runs/1?n=3 3-1 {"i":1,"not":"{{this}}"}',
  ]);
  expect(url).toBe(`${server.url}runs/{{i}}?n={{n}}`);
});

test("a {{uuid}} is another one in each place of each request", async () => {
  const seen = new Set<string | undefined>();
  await using server = await openHttpServer((response, _index, { url, headers }) => {
    seen.add(url?.slice(1)).add(String(headers["x-id"]));
    response.end();
  });

  const headers = { "x-id": "{{uuid}}" };
  await reproduce({ url: `${server.url}{{uuid}}`, headers, signature: "x", requests: 3, concurrency: 1 });

  expect(seen.size).toBe(6);
  for (const id of seen) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each(["http://127.0.0.{{i}}:3000/", "http://127.0.0.1:300{{i}}/"])(
  "%s is refused: a host does not differ",
  async (url) => {
    const refused = reproduce({ url, signature: "x", requests: 1, concurrency: 1 });

    await expect(refused).rejects.toThrow("has a placeholder in its host");
  },
);
