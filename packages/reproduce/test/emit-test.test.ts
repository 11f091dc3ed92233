import { stripTypeScriptTypes } from "node:module";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { emitTest, type EmitTestOptions, reproduce } from "../src/index.ts";
import { openHttpServer } from "./test-server.ts";

const options = { url: "http://127.0.0.1:3000/a", signature: "cancel scope", concurrency: [1, 4] };

test.each([
  // Of a thousand runs one would miss it: (1 - 1 / 5) ^ 31 < 0.001, and a whole number of batches.
  ["a share of a fifth", 5, 32],
  ["every response", 1, 4],
])("so many requests as it takes are sent for %s", async (_what, every, requests) => {
  const text = await emitted(every, { hitsAlone: false });

  expect(text).toContain(`requests: ${requests},`);
  expect(text).toContain("concurrency: 4,");
});

test("hits that come together take more requests than their share says", async () => {
  const text = await emitted(5, { hitsAlone: true });

  // All four of every fifth batch: a fifth of responses, and a fifth of batches, of which 31 are needed.
  expect(text).toContain(`requests: ${31 * 4},`);
});

test(covers("RP-8"), async () => {
  const headers = { Authorization: "Bearer hunter2", "X-Api-Key": "hunter2", "content-type": "text/plain" };

  const text = await emitted(1, { hitsAlone: false }, { ...options, headers });

  expect(text).not.toContain("hunter2");
  expect(text).toContain('"Authorization": process.env["REPRODUCE_AUTHORIZATION"] ?? ""');
  expect(text).toContain('"X-Api-Key": process.env["REPRODUCE_X_API_KEY"] ?? ""');
  expect(text).toContain('"content-type": "text/plain"');
});

test("a URL with what looks like a secret must come from the environment, and is not written", async () => {
  const url = "http://127.0.0.1:3000/a?b=c&x-key=hunter2&%0Atoken=hunter2";

  const text = await emitted(1, { hitsAlone: false }, { ...options, url });

  expect(text).not.toContain("hunter2");
  expect(text).toContain('url: process.env["REPRODUCE_URL"] ?? "",');
  expect(text).toContain(
    '// REPRODUCE_URL is the whole URL: the values of "x-key","\\ntoken" are not for this file.\ntest(',
  );
});

test("requests that came at random come at the same times again", async () => {
  await using server = await openHttpServer((response) => response.end("cancel scope"));
  const given = { ...options, url: server.url, concurrency: 1, arrival: { rate: 1_000 } };

  const result = await reproduce({ ...given, requests: 1, seed: 7 });

  expect(emitTest({ options: given, result, runner: "vitest" })).toContain("seed: 7,");
});

test.each(["vitest", "node:test"] as const)("whatever was sent, the file for %s is a program", async (runner) => {
  const odd = "\"'`${x}\\ \n\u2028</script>*/";
  const given = {
    ...options,
    headers: { "x-odd": "\"'`${x}" },
    body: odd,
    method: "PUT",
    follow: true,
    timeoutMs: 500,
  };
  const more = { arrival: { rate: 5, spacing: "even" }, warmUp: 3, signature: /a\/b"`\u2028[/]/iu } as const;

  const text = await emitted(1, { hitsAlone: false }, { ...given, ...more }, runner);

  expect(() => stripTypeScriptTypes(text)).not.toThrow();
  expect(text).toContain('arrival: {"rate":5,"spacing":"even"}');
  expect(text).toContain(JSON.stringify(odd));
});

/** Every so many responses is a hit, or every so many batches of four is one of nothing but hits. */
async function emitted(
  every: number,
  { hitsAlone }: { hitsAlone: boolean },
  given: EmitTestOptions["options"] = options,
  runner: EmitTestOptions["runner"] = "vitest",
): Promise<string> {
  await using server = await openHttpServer((response, index) =>
    response.end((hitsAlone ? Math.floor(index / 4) : index) % every === 0 ? "cancel scope" : "clean"),
  );
  const { url } = server;
  const result = await reproduce({ url, signature: "cancel scope", requests: 400, concurrency: 4, arrival: "burst" });
  return emitTest({ options: given, result, runner });
}
