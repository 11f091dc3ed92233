import { expect, test } from "vitest";
import { type McpConnectionOptions, openMcpConnection } from "../src/index.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";

const url = "http://127.0.0.1:1/mcp";
const bad: readonly (readonly [string, object, string])[] = [
  ["nothing to connect to", {}, "takes one of url, command and open, and was given none"],
  ["a url and a command", { url, command: "node" }, "was given url and command"],
  ["a url and a transport", { open: () => {}, url }, "was given open and url"],
  ["a text that is no URL", { url: "127.0.0.1:3001" }, 'url is not a URL: "127.0.0.1:3001"'],
  ["an unknown protocol", { url: "ws://127.0.0.1:3001/mcp" }, "ws: is neither"],
  ["a password in the URL", { url: "http://me:secret@127.0.0.1/mcp" }, "send them in headers"],
  [
    "a header that cannot be sent",
    { url, headers: { "x-name": "a\nb" } },
    'header "x-name" has a name or value that cannot be sent',
  ],
  ["an option that does not exist", { url, timeout: 5 }, 'has no option "timeout"'],
  ["an option of another kind", { command: "node", headers: {} }, 'with command has no option "headers"'],
  ["an empty command", { command: "" }, "command is the name or path of a program"],
  ["arguments that are no list", { command: "node", args: "server.js" }, "args is an array of strings"],
  ["a transport in place of a function", { open: {} }, "open is a function"],
];

test.each(bad)("refuses %s", async (_what, options, message) => {
  const opening = openMcpConnection(options as McpConnectionOptions);

  await expect(opening).rejects.toThrow(TypeError);
  await expect(opening).rejects.toThrow(message);
});

test.each(["callTimeout", "connectTimeout", "closeTimeout"])("refuses a negative %s", async (option) => {
  const opening = openMcpConnection({ url, [option]: -1 });

  await expect(opening).rejects.toThrow(RangeError);
  await expect(opening).rejects.toThrow(`${option} is a number of milliseconds from 0 up, and -1 is not`);
});

test("opens nothing when an option is bad, also on a server that is there", async () => {
  await using server = await HttpTestServer.start();

  const opening = openMcpConnection({ url: server.url, callTimeout: Number.NaN });

  await expect(opening).rejects.toThrow(RangeError);
  expect(server.received).toEqual([]);
});

test("takes an option that is undefined as absent", async () => {
  const options = { url, command: undefined, headers: undefined, lazy: true } as unknown as McpConnectionOptions;

  await using connection = await openMcpConnection(options);

  expect(connection.name).toBe(url);
});

test.each([
  [{ url: "http://127.0.0.1:1/mcp?key=secret#part" }, "http://127.0.0.1:1/mcp"],
  [{ command: "/usr/bin/node", args: ["/srv/server.js", "--key", "secret"] }, "node server.js"],
  [{ command: "server", args: ["--key", "secret"] }, "server"],
  [{ url, name: "triage" }, "triage"],
] as const)("names the connection of %o without its secrets", async (options, name) => {
  await using connection = await openMcpConnection({ ...options, lazy: true });

  expect(connection.name).toBe(name);
});

test("sends the headers with each request", async () => {
  const seen = new Set<unknown>();
  await using server = await HttpTestServer.start((request, response) => {
    seen.add(request.headers["x-tenant"]);
    response.writeHead(500).end();
  });

  const opening = openMcpConnection({ url: server.url, headers: { "x-tenant": "blue" } });

  await expect(opening).rejects.toMatchObject({ code: "MCP_OPEN_FAILED" });
  expect([...seen]).toEqual(["blue"]);
});
