import { expect, test } from "vitest";
import { finishMcpAuthorization, openMcpConnection } from "../src/index.ts";
import { MemoryProvider } from "./fixtures/auth-provider.ts";
import { AuthServer } from "./fixtures/auth-server.ts";

test("sends the user to sign in, once for all who wait, and says how to go on", async () => {
  await using server = await AuthServer.start();
  const authProvider = new MemoryProvider(server.origin);
  await using connection = await openMcpConnection({ url: server.url, authProvider, lazy: true });

  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => connection.callTool("echo")));

  expect(authProvider.redirects).toHaveLength(1);
  expect(outcomes).toMatchObject(
    Array.from({ length: 5 }, () => ({
      reason: {
        code: "MCP_UNAUTHORIZED",
        needsUser: true,
        mayHaveRun: false,
        hint: expect.stringContaining("finishMcpAuthorization()") as string,
      },
    })),
  );
});

test("a connection works after the sign-in is finished, without being made anew", async () => {
  await using server = await AuthServer.start();
  const options = { url: server.url, authProvider: new MemoryProvider(server.origin), lazy: true };
  await using connection = await openMcpConnection(options);
  await expect(connection.callTool("echo")).rejects.toMatchObject({ code: "MCP_UNAUTHORIZED" });

  await finishMcpAuthorization(options, new URLSearchParams({ code: "good", iss: server.origin }));
  await connection.callTool("echo");

  expect(server.grants).toEqual(["authorization_code"]);
  expect(server.ran).toEqual(["echo"]);
});

test("the code alone finishes a sign-in as well", async () => {
  await using server = await AuthServer.start();
  const options = { url: server.url, authProvider: new MemoryProvider(server.origin) };
  await expect(openMcpConnection(options)).rejects.toMatchObject({ code: "MCP_UNAUTHORIZED", needsUser: true });

  await finishMcpAuthorization(options, "good");
  await using connection = await openMcpConnection(options);
  await connection.callTool("echo");

  expect(server.ran).toEqual(["echo"]);
});

test("finishing throws what the user or the authorization server refused", async () => {
  await using server = await AuthServer.start();
  const options = { url: server.url, authProvider: new MemoryProvider(server.origin) };
  await expect(openMcpConnection(options)).rejects.toMatchObject({ code: "MCP_UNAUTHORIZED" });

  const denied = finishMcpAuthorization(options, new URLSearchParams({ error: "access_denied", iss: server.origin }));

  await expect(denied).rejects.toMatchObject({ code: "access_denied" });
});

test("finishing refuses what another authorization server has sent", async () => {
  await using server = await AuthServer.start();
  const options = { url: server.url, authProvider: new MemoryProvider(server.origin) };
  await expect(openMcpConnection(options)).rejects.toMatchObject({ code: "MCP_UNAUTHORIZED" });

  const mixedUp = finishMcpAuthorization(options, new URLSearchParams({ code: "good", iss: "https://other.test" }));

  await expect(mixedUp).rejects.toMatchObject({ name: "IssuerMismatchError" });
  expect(server.grants).toEqual([]);
});

test("finishing goes to the authorization server that was named, also where the provider does not keep that", async () => {
  await using server = await AuthServer.start();
  await using other = await AuthServer.start();
  server.authorizationServer = other.origin;
  server.metadataPath = "/elsewhere";
  const authProvider = new MemoryProvider(other.origin);
  Object.assign(authProvider, { discoveryState: undefined, saveDiscoveryState: undefined });
  const options = { url: server.url, authProvider };
  await expect(openMcpConnection(options)).rejects.toMatchObject({ code: "MCP_UNAUTHORIZED" });

  await finishMcpAuthorization(options, "good");

  expect(other.grants).toEqual(["authorization_code"]);
  expect(server.grants).toEqual([]);
});

test("finishing takes options with an OAuth provider and no others", async () => {
  const authProvider = { token: () => Promise.resolve("token") };

  const finishing = finishMcpAuthorization({ url: "http://127.0.0.1:9", authProvider }, "good");

  await expect(finishing).rejects.toThrow(TypeError);
});

test("authProvider is a provider", async () => {
  const opening = openMcpConnection({ url: "http://127.0.0.1:9", authProvider: {} as never });

  await expect(opening).rejects.toThrow(
    new TypeError("authProvider is an OAuthClientProvider or an AuthProvider of the official client"),
  );
});
