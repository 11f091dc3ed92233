import type { IncomingMessage } from "node:http";
import { DpopSession, type OAuthTokens } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { MemoryProvider } from "./fixtures/auth-provider.ts";
import { type Handler, handshake, HttpTestServer } from "./fixtures/http-server.ts";

const tokens: OAuthTokens = { access_token: "bound", token_type: "DPoP" };

class DpopProvider extends MemoryProvider {
  readonly #session = DpopSession.create();

  dpop(): Promise<DpopSession> {
    return this.#session;
  }
}

interface Proof {
  readonly htm: string;
  readonly htu: string;
  readonly jti: string;
  readonly nonce?: string;
}

function proofOf(request: IncomingMessage): Proof {
  const [, payload = ""] = String(request.headers["dpop"]).split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Proof;
}

/** Answers calls, where the proof of each request has the nonce. */
function demanding(nonce: string, seen: (request: IncomingMessage) => void): { refused: number; handler: Handler } {
  const played = handshake((request, response, body) => {
    if (request.method === "DELETE") response.writeHead(200).end();
    else {
      const { id } = JSON.parse(body) as { id: number };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result: { content: [] } }));
    }
  });
  const demand = {
    refused: 0,
    handler: ((request, response, body) => {
      if (proofOf(request).nonce === nonce) {
        seen(request);
        played(request, response, body);
        return;
      }
      demand.refused += 1;
      const challenge = { "www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": nonce };
      response.writeHead(401, challenge).end();
    }) satisfies Handler,
  };
  return demand;
}

test("shows a bound token with a new proof for each request, of its method and address", async () => {
  const requests: { method: string | undefined; authorization: string | undefined; proof: Proof }[] = [];
  const { handler } = demanding("nonce", (request) =>
    requests.push({ method: request.method, authorization: request.headers.authorization, proof: proofOf(request) }),
  );
  await using server = await HttpTestServer.start(handler);
  const authProvider = new DpopProvider("http://127.0.0.1", tokens);

  const connection = await openMcpConnection({ url: server.url, authProvider, protocol: "legacy" });
  await connection.callTool("echo");
  await connection.close();

  expect(requests.map(({ method }) => method)).toEqual(expect.arrayContaining(["POST", "DELETE"]));
  expect(requests.map(({ proof }) => proof.htm)).toEqual(requests.map(({ method }) => method));
  expect(new Set(requests.map(({ proof }) => proof.htu))).toEqual(new Set([server.url]));
  expect(new Set(requests.map(({ authorization }) => authorization))).toEqual(new Set(["DPoP bound"]));
  expect(new Set(requests.map(({ proof }) => proof.jti)).size).toBe(requests.length);
});

test("proves again with the server's nonce, and remembers it, without asking for a new token", async () => {
  const demand = demanding("nonce", () => {});
  await using server = await HttpTestServer.start(demand.handler);
  const authProvider = new DpopProvider("http://127.0.0.1", tokens);

  await using connection = await openMcpConnection({ url: server.url, authProvider, protocol: "legacy" });
  await connection.callTool("echo");
  await connection.callTool("echo");

  expect(demand.refused).toBe(1);
  expect(authProvider.redirects).toEqual([]);
});
