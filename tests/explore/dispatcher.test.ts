/** The dispatcher of a run, under the senders that take one. */
import { Readable } from "node:stream";
import { explore, type Lab } from "@holdfast/explore";
import { openMcpConnection } from "@holdfast/mcp";
import { fetch as undiciFetch, request } from "undici";
import { expect, test } from "vitest";

const url = "http://shop.test/price";

/** What each order of a scenario gives, each thing once. */
async function outcomes(scenario: (lab: Lab) => Promise<unknown>): Promise<string[]> {
  const found = new Set<unknown>();
  const explored = await explore(async (lab) => void found.add(await scenario(lab)));
  expect(explored.error).toBeUndefined();
  expect(explored.verdict).toBe("exhausted");
  return [...found].map(String).toSorted((a, b) => (a < b ? -1 : 1));
}

test("answers undici.request: status, headers, cookies, body", async () => {
  const given = await outcomes(async (lab) => {
    const headers = new Headers({ "x-shop": "a" });
    headers.append("set-cookie", "b=1");
    headers.append("set-cookie", "c=2");
    lab.respond(`${url}?currency=eur`, () => Response.json({ cents: 250 }, { status: 201, headers }));
    const response = await request(url, { query: { currency: "eur" }, dispatcher: lab.dispatcher as never });
    const { "x-shop": shop, "set-cookie": cookies } = response.headers;
    return JSON.stringify([response.statusCode, shop, cookies, await response.body.json()]);
  });

  expect(given).toEqual(['[201,"a",["b=1","c=2"],{"cents":250}]']);
});

test.for<[string, () => string | Buffer | Readable]>([
  ["a text", () => "sent"],
  ["bytes", () => Buffer.from("sent")],
  ["a stream", () => Readable.from([Buffer.from("se"), Buffer.from("nt")])],
])("shows the answer what undici.request sent: %s", async ([, body]) => {
  const given = await outcomes(async (lab) => {
    lab.respond(url, async (asked) => new Response(`${asked.headers.get("x-a")} ${await asked.text()}`));
    const dispatcher = lab.dispatcher as never;
    const response = await request(url, { method: "POST", headers: { "x-a": ["1", "2"] }, body: body(), dispatcher });
    return await response.body.text();
  });

  expect(given).toEqual(["1, 2 sent"]);
});

test("answers the fetch of undici in any order", async () => {
  const given = await outcomes(async (lab) => {
    lab.respond("http://shop.test/*", (asked) => new Response(asked.url.at(-1)));
    const order: string[] = [];
    const ask = async (path: string): Promise<void> => {
      const response = await undiciFetch(`http://shop.test/${path}`, { dispatcher: lab.dispatcher as never });
      order.push(await response.text());
    };
    await Promise.all([ask("a"), ask("b")]);
    return order.join("");
  });

  expect(given).toEqual(["ab", "ba"]);
});

test("hands a body over in pieces as long as it is that the reader takes them", async () => {
  const given = await outcomes(async (lab) => {
    const pieces = Array.from({ length: 40 }, () => "x".repeat(10_000));
    lab.respond(
      url,
      () => new Response(Readable.toWeb(Readable.from(pieces.map((piece) => Buffer.from(piece)))) as never),
    );
    const { body } = await request(url, { dispatcher: lab.dispatcher as never });
    return (await body.text()).length;
  });

  expect(given).toEqual(["400000"]);
});

test("meets faults as undici tells of them", async () => {
  const given = await outcomes(async (lab) => {
    lab.respond(url, () => new Response("ok"), { faults: ["refused", "reset", "timeout", 503] });
    return await request(url, { dispatcher: lab.dispatcher as never }).then(
      ({ statusCode }) => String(statusCode),
      (error: Error & { code: string }) => error.code,
    );
  });

  expect(given).toEqual(["200", "503", "ECONNREFUSED", "ECONNRESET", "UND_ERR_HEADERS_TIMEOUT"]);
});

test("withdraws a request whose signal aborts", async () => {
  const given = await outcomes(async (lab) => {
    let served = 0;
    const answer = (): Response => {
      served += 1;
      return new Response("ok");
    };
    lab.respond(url, answer);
    const asking = request(url, { signal: AbortSignal.timeout(10), dispatcher: lab.dispatcher as never });
    const told = await asking.then(
      () => "answered",
      (error: Error) => error.name,
    );
    return `${told}, served ${served}`;
  });

  expect(given).toEqual(["TimeoutError, served 0", "answered, served 1"]);
});

/** The least that a client needs of a server. */
async function serve(asked: Request): Promise<Response> {
  if (asked.method !== "POST") return new Response(null, { status: 405 });
  const { id, method, params } = (await asked.json()) as {
    id?: number;
    method: string;
    params?: { protocolVersion?: string; name?: string };
  };
  if (id === undefined) return new Response(null, { status: 202 });
  const results: Record<string, unknown> = {
    initialize: {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: "shop", version: "1.0.0" },
    },
    "tools/call": { content: [{ type: "text", text: params?.name }] },
  };
  return Response.json({ jsonrpc: "2.0", id, result: results[method] ?? {} });
}

test("carries a connection of @holdfast/mcp", async () => {
  const scenario = async (lab: Lab): Promise<void> => {
    lab.access(lab, "read");
    lab.respond("http://tools.test/mcp", serve);
    await using tools = await openMcpConnection({
      url: "http://tools.test/mcp",
      dispatcher: lab.dispatcher as never,
      // Timers fire at any time, so these could be over at once.
      connectTimeout: null,
      callTimeout: null,
    });
    const answers = await lab.all(2, (index) => tools.callTool(`tool ${index}`, {}));
    const texts = answers.map(({ content }) => (content[0] as { text: string }).text);
    if (texts.join() !== "tool 0,tool 1") throw new Error(texts.join());
  };
  // What the server speaks is remembered from one connection to the next, which makes a difference only to the first.
  await explore(scenario, { budget: { runs: 1 } });

  const found = await explore(scenario, { timers: "ordered", budget: { runs: 20 } });

  expect(found.error).toBeUndefined();
  expect(found.verdict).not.toBe("uncontrolled");
  expect(found.choicePoints).toContain("io");
});
