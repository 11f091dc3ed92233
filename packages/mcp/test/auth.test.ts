import { ClientCredentialsProvider, type OAuthTokens } from "@modelcontextprotocol/client";
import { Agent } from "undici";
import { expect, test } from "vitest";
import { type McpConnection, openMcpConnection } from "../src/index.ts";
import { MemoryProvider } from "./fixtures/auth-provider.ts";
import { AuthServer } from "./fixtures/auth-server.ts";

const together = (connection: McpConnection, calls: number): Promise<unknown[]> =>
  Promise.all(Array.from({ length: calls }, () => connection.callTool("echo")));

test("shows the provider's token on every request", async () => {
  await using server = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin, server.issue());

  await using connection = await openMcpConnection({ url: server.url, authProvider });
  await connection.callTool("echo");
  await connection.close();

  expect(server.ran).toEqual(["echo"]);
  expect(server.refused).toEqual({ 401: 0, 403: 0 });
});

test("takes a provider that has a token and no more", async () => {
  await using server = await AuthServer.start();
  const { access_token } = server.issue();

  await using connection = await openMcpConnection({
    url: server.url,
    authProvider: { token: () => Promise.resolve(access_token) },
  });
  await connection.callTool("echo");

  expect(server.ran).toEqual(["echo"]);
});

test("tells such a provider once when calls are turned away together", async () => {
  await using server = await AuthServer.start();
  let { access_token } = server.issue();
  let told = 0;
  const authProvider = {
    token: () => Promise.resolve(access_token),
    onUnauthorized: async () => {
      told += 1;
      ({ access_token } = await Promise.resolve(server.issue()));
    },
  };
  await using connection = await openMcpConnection({ url: server.url, authProvider });
  server.expire();

  await together(connection, 20);

  expect(told).toBe(1);
  expect(server.ran).toHaveLength(20);
});

test("says MCP_PROTOCOL with status 401 where the provider can get no other token", async () => {
  await using server = await AuthServer.start();
  const authProvider = { token: () => Promise.resolve("stale") };

  await using connection = await openMcpConnection({ url: server.url, authProvider, lazy: true });

  await expect(connection.callTool("echo")).rejects.toMatchObject({
    code: "MCP_OPEN_FAILED",
    message: expect.stringContaining("HTTP 401") as string,
  });
  expect(server.refused).toEqual({ 401: 1, 403: 0 });
});

test("says what the provider threw when it has no token to give", async () => {
  await using server = await AuthServer.start();
  const cause = new Error("the vault is locked");
  await using connection = await openMcpConnection({
    url: server.url,
    authProvider: { token: () => Promise.reject(cause) },
    lazy: true,
  });

  const calling = connection.callTool("echo");

  await expect(calling).rejects.toMatchObject({
    code: "MCP_UNAUTHORIZED",
    kind: "unauthorized",
    needsUser: false,
    mayHaveRun: false,
    cause,
  });
  expect(server.refused).toEqual({ 401: 0, 403: 0 });
});

test("gets its first token by itself where no user is needed", async () => {
  await using server = await AuthServer.start();
  const authProvider = new ClientCredentialsProvider({
    clientId: "client",
    clientSecret: "secret",
    expectedIssuer: server.origin,
  });

  await using connection = await openMcpConnection({ url: server.url, authProvider });
  await together(connection, 5);

  expect(server.grants).toEqual(["client_credentials"]);
  expect(server.ran).toHaveLength(5);
});

test("refreshes once for many calls that are turned away together, and runs each of them once", async () => {
  await using server = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin, server.issue());
  await using connection = await openMcpConnection({ url: server.url, authProvider });
  server.expire();

  await together(connection, 50);

  expect(server.grants).toEqual(["refresh_token"]);
  expect(server.ran).toHaveLength(50);
  expect(authProvider.redirects).toEqual([]);
});

test("refreshes once for two connections that share a provider", async () => {
  await using server = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin, server.issue());
  await using first = await openMcpConnection({ url: server.url, authProvider });
  await using second = await openMcpConnection({ url: server.url, authProvider });
  server.expire();

  await Promise.all([together(first, 10), together(second, 10)]);

  expect(server.grants).toEqual(["refresh_token"]);
  expect(server.ran).toHaveLength(20);
});

test("refreshes once for two providers that hold copies of one token", async () => {
  await using server = await AuthServer.start();
  const tokens = server.issue();
  const providers = [
    new MemoryProvider(server.origin, { ...tokens }),
    new MemoryProvider(server.origin, { ...tokens }),
  ] as const;
  await using first = await openMcpConnection({ url: server.url, authProvider: providers[0] });
  await using second = await openMcpConnection({ url: server.url, authProvider: providers[1] });
  server.expire();

  await Promise.all([together(first, 10), together(second, 10)]);

  expect(server.grants).toEqual(["refresh_token"]);
  expect(server.ran).toHaveLength(20);
  expect(providers[1].stored).toEqual(providers[0].stored);
});

test("never shows a refresh token again that another copy of it has spent long ago", async () => {
  await using server = await AuthServer.start();
  const tokens = server.issue();
  const late = new MemoryProvider(server.origin, { ...tokens });
  await using first = await openMcpConnection({
    url: server.url,
    authProvider: new MemoryProvider(server.origin, { ...tokens }),
  });
  await using second = await openMcpConnection({ url: server.url, authProvider: late });
  for (let round = 0; round < 3; round += 1) {
    server.expire();
    await first.callTool("echo");
  }

  await second.callTool("echo");
  server.expire();
  await second.callTool("echo");
  await first.callTool("echo");

  expect(server.reused).toEqual([]);
  expect(server.count("refresh_token")).toBe(4);
  expect(late.redirects).toEqual([]);
});

test("gives a copy for another server the new refresh token, and not the access token", async () => {
  await using server = await AuthServer.start();
  const other = `${server.origin}/other`;
  const tokens = server.issue();
  const foreign = new MemoryProvider(server.origin, { ...tokens, access_token: server.issue("/other").access_token });
  await using first = await openMcpConnection({
    url: server.url,
    authProvider: new MemoryProvider(server.origin, { ...tokens }),
  });
  await using second = await openMcpConnection({ url: other, authProvider: foreign });
  server.expire();

  await Promise.all([together(first, 5), together(second, 5)]);

  expect(server.reused).toEqual([]);
  expect(server.count("refresh_token")).toBe(2);
  expect(server.ran).toHaveLength(10);
});

test("keeps the tokens when the authorization server does not answer, and uses them when it does again", async () => {
  await using server = await AuthServer.start();
  const tokens = server.issue();
  const authProvider = new MemoryProvider(server.origin, tokens);
  await using connection = await openMcpConnection({ url: server.url, authProvider });
  server.expire();
  server.handleTokens((_form, response) => response.destroy());

  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => connection.callTool("echo")));
  const stored = authProvider.stored;
  server.handleTokens(undefined);
  await connection.callTool("echo");

  expect(outcomes.map((outcome) => outcome.status === "rejected" && (outcome.reason as { code: string }).code)).toEqual(
    Array.from({ length: 5 }, () => "MCP_UNAUTHORIZED"),
  );
  expect(stored).toMatchObject({ refresh_token: tokens.refresh_token });
  expect(server.grants).toEqual(["refresh_token", "refresh_token"]);
  expect(authProvider.invalidated).toEqual([]);
  expect(authProvider.redirects).toEqual([]);
});

test.each([500, 503, 429])(
  "keeps the tokens when the authorization server answers a refresh with %i",
  async (status) => {
    await using server = await AuthServer.start();
    const authProvider = new MemoryProvider(server.origin, server.issue());
    await using connection = await openMcpConnection({ url: server.url, authProvider });
    server.expire();
    server.handleTokens((_form, response) => response.writeHead(status).end("busy"));

    const calling = connection.callTool("echo");

    await expect(calling).rejects.toMatchObject({ code: "MCP_UNAUTHORIZED", needsUser: false });
    expect(authProvider.invalidated).toEqual([]);
    expect(authProvider.redirects).toEqual([]);
  },
);

test("leaves alone what another process has stored since, when its own refresh token is refused", async () => {
  await using server = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin, server.issue());
  await using connection = await openMcpConnection({ url: server.url, authProvider });
  server.expire();
  const elsewhere: OAuthTokens = server.issue();
  server.handleTokens((_form, response) => {
    authProvider.saveTokens(elsewhere);
    response.writeHead(400, { "content-type": "application/json" }).end('{ "error": "invalid_grant" }');
  });

  await connection.callTool("echo");

  expect(authProvider.stored).toBe(elsewhere);
  expect(authProvider.invalidated).toEqual([]);
  expect(server.ran).toEqual(["echo"]);
});

test("asks for the new rights once when calls lack them together, and once only", async () => {
  await using server = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin, server.issue("/mcp", "use"));
  await using connection = await openMcpConnection({ url: server.url, authProvider });
  server.scope = "write";

  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => connection.callTool("echo")));

  expect(outcomes).toMatchObject(
    Array.from({ length: 5 }, () => ({ reason: { code: "MCP_UNAUTHORIZED", needsUser: true } })),
  );
  expect(authProvider.redirects.map((url) => url.searchParams.get("scope"))).toEqual(["write use"]);
  expect(server.ran).toEqual([]);
});

test("gives up after one round of asking for rights", async () => {
  await using server = await AuthServer.start();
  const authProvider = new ClientCredentialsProvider({
    clientId: "client",
    clientSecret: "secret",
    scope: "use",
    expectedIssuer: server.origin,
  });
  await using connection = await openMcpConnection({ url: server.url, authProvider });
  server.scope = "write";
  server.handleTokens((_form, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(server.issue("/mcp", "use")));
  });

  const calling = connection.callTool("echo");

  await expect(calling).rejects.toMatchObject({ code: "MCP_PROTOCOL", status: 403 });
  expect(server.refused[403]).toBe(2);
});

test("goes on with the refresh for the others when one of them is cancelled", async () => {
  await using server = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin, server.issue());
  await using connection = await openMcpConnection({ url: server.url, authProvider });
  server.expire();
  const asked = Promise.withResolvers<() => void>();
  server.handleTokens((_form, response) =>
    asked.resolve(() =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(server.issue())),
    ),
  );
  const controller = new AbortController();
  const leaving = connection.callTool("echo", {}, { signal: controller.signal });
  const staying = connection.callTool("echo");

  const answer = await asked.promise;
  controller.abort(new Error("no longer wanted"));
  await expect(leaving).rejects.toThrow("no longer wanted");
  answer();
  await staying;

  expect(server.grants).toEqual(["refresh_token"]);
  expect(server.ran).toEqual(["echo"]);
});

test("a call keeps to its own limit while it waits for a refresh, and says that it did not run", async () => {
  await using server = await AuthServer.start();
  await using connection = await openMcpConnection({
    url: server.url,
    authProvider: new MemoryProvider(server.origin, server.issue()),
  });
  server.expire();
  server.handleTokens(() => {});

  const calling = connection.callTool("echo", {}, { timeout: 100 });

  await expect(calling).rejects.toMatchObject({ code: "MCP_CALL_TIMEOUT" });
  expect(server.ran).toEqual([]);
});

test("opening keeps to its limit while it waits for a token", async () => {
  await using server = await AuthServer.start();
  server.handleTokens(() => {});
  const authProvider = new ClientCredentialsProvider({
    clientId: "client",
    clientSecret: "secret",
    expectedIssuer: server.origin,
  });

  const opening = openMcpConnection({ url: server.url, authProvider, connectTimeout: 100 });

  await expect(opening).rejects.toMatchObject({ code: "MCP_OPEN_FAILED" });
});

test("asks for tokens through the dispatcher that it was given", async () => {
  await using server = await AuthServer.start();
  const paths: string[] = [];
  const dispatcher = new Agent().compose((dispatch) => (options, handler) => {
    paths.push(options.path);
    return dispatch(options, handler);
  });
  const authProvider = new ClientCredentialsProvider({
    clientId: "client",
    clientSecret: "secret",
    expectedIssuer: server.origin,
  });

  await using connection = await openMcpConnection({ url: server.url, authProvider, dispatcher });
  await connection.callTool("echo");
  await connection.close();
  await dispatcher.close();

  expect(paths).toContain("/token");
  expect(paths).toContain("/.well-known/oauth-authorization-server");
});

test("leaves no socket open", async () => {
  await using server = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin, server.issue());
  const connection = await openMcpConnection({ url: server.url, authProvider });
  server.expire();
  await together(connection, 5);

  await connection.close();

  await expect.poll(() => server.sockets).toBe(0);
});

test("shows the provider's token in place of an authorization header that was given", async () => {
  await using server = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin, server.issue());

  await using connection = await openMcpConnection({
    url: server.url,
    headers: { authorization: "Bearer other" },
    authProvider,
  });
  await connection.callTool("echo");

  expect(server.refused).toEqual({ 401: 0, 403: 0 });
});

test("never sends a call that was cancelled while its token was being read", async () => {
  await using server = await AuthServer.start();
  const { access_token } = server.issue();
  let token = Promise.resolve(access_token);
  let asked = (): void => {};
  const authProvider = {
    token: () => {
      asked();
      return token;
    },
  };
  await using connection = await openMcpConnection({ url: server.url, authProvider });
  const read = Promise.withResolvers<string>();
  const controller = new AbortController();

  token = read.promise;
  const reading = new Promise<void>((resolve) => (asked = resolve));
  const calling = connection.callTool("echo", {}, { signal: controller.signal });
  await reading;
  controller.abort(new Error("no longer wanted"));
  await expect(calling).rejects.toThrow("no longer wanted");
  read.resolve(access_token);
  token = Promise.resolve(access_token);
  await connection.callTool("other");

  expect(server.ran).toEqual(["other"]);
});

test("follows the server to another authorization server, and does not refresh at the old one", async () => {
  await using server = await AuthServer.start();
  await using other = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin, server.issue());
  await using connection = await openMcpConnection({ url: server.url, authProvider });
  server.expire();
  await connection.callTool("echo");
  server.expire();
  server.authorizationServer = other.origin;

  const calling = connection.callTool("echo");

  await expect(calling).rejects.toMatchObject({ code: "MCP_UNAUTHORIZED", needsUser: true });
  expect(authProvider.redirects.map((url) => url.origin)).toEqual([other.origin]);
  expect(authProvider.invalidated).toEqual(["discovery"]);
  expect(server.count("refresh_token")).toBe(1);
});
