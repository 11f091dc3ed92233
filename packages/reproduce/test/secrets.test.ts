import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { reproduce, reproduceReport, UnreachableError } from "../src/index.ts";
import { shownUrl } from "../src/secrets.ts";
import { openHttpServer } from "./test-server.ts";

test.each([
  ["http://a/?page=2&q=key", "http://a/?page=2&q=key", []],
  ["http://a/p?api_key=hunter2&page=2", "http://a/p?api_key=HIDDEN&page=2", ["api_key"]],
  ["http://a/?x=1&Access-Token=hunter2#top", "http://a/?x=1&Access-Token=HIDDEN#top", ["Access-Token"]],
  ["http://a/?token=hunter2;hunter3&token=hunter4", "http://a/?token=HIDDEN&token=HIDDEN", ["token"]],
  ["http://a/?client%5Fs%65cret=hunter2", "http://a/?client%5Fs%65cret=HIDDEN", ["client_secret"]],
  ["http://a/?%E0secret=hunter2", "http://a/?%E0secret=HIDDEN", ["%E0secret"]],
  ["http://a/#id_token=hunter2&state=a", "http://a/#id_token=HIDDEN&state=a", ["id_token"]],
  ["http://a/{{i}}?sig=hunter2&user={{n}}", "http://a/{{i}}?sig=HIDDEN&user={{n}}", ["sig"]],
  ["http://a/?design=x&encode=y&key=", "http://a/?design=x&encode=y&key=", []],
  ["https://me:hunter2@a/?b=c@d", "https://a/?b=c@d", []],
])("what is shown of %s", (url, shown, hidden) => {
  expect(shownUrl(url)).toEqual({ url: shown, hidden });
});

test(covers("RP-7"), async () => {
  let asked: string | undefined;
  await using server = await openHttpServer((response, _index, request) => {
    asked = request.url;
    response.end("fine");
  });

  const url = `${server.url}p?api_key=hunter2`;
  const result = await reproduce({ url, signature: "cancel scope", requests: 1, concurrency: 1 });

  expect(asked).toBe("/p?api_key=hunter2");
  expect(result).toMatchObject({ url: `${server.url}p?api_key=HIDDEN`, hidden: ["api_key"] });
  const page = reproduceReport({ result });
  expect(page).not.toContain("hunter2");
  expect(page).toContain("What looks like a secret is left out of it: api_key.");
});

test("no error tells a secret of the URL", async () => {
  const server = await openHttpServer((response) => response.end());
  const { url: gone } = server;
  await server[Symbol.asyncDispose]();
  const errors: unknown[] = [];

  for (const url of [
    `${gone}?token=hunter2`,
    "nowhere?token=hunter2",
    "ftp://a/?token=hunter2",
    "http://{{i}}/?token=hunter2",
  ]) {
    await reproduce({ url, signature: "x", requests: 1, concurrency: 1 }).catch((error: unknown) => errors.push(error));
  }

  expect(errors).toHaveLength(4);
  expect(errors[0]).toBeInstanceOf(UnreachableError);
  expect(errors.map((error) => `${String(error)} ${JSON.stringify(error)}`).join()).not.toContain("hunter2");
});
