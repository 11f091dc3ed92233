/**
 * A local HTTP server that plays a registry or the API of a host.
 *
 * @module
 */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";

/** What a path answers with; "hang up" closes the connection. */
export type TestAnswer =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly json: unknown }
  | { readonly text: string }
  | "hang up";

/** A request that came in. */
interface TestRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The server, until it is disposed of. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly TestRequest[];
  /** By method and path, such as `GET /a?b=c`; for GET the method is left out. Everything else is a 404. */
  readonly routes: Map<string, TestAnswer>;
}

/** Starts a server. */
export async function openTestServer(routes: Readonly<Record<string, TestAnswer>>): Promise<TestServer> {
  const known = new Map(Object.entries(routes));
  const requests: TestRequest[] = [];
  const server = createServer((request, response) => {
    const { method = "", url: path = "", headers } = request;
    let body = "";
    request.setEncoding("utf8").on("data", (piece: string) => (body += piece));
    request.on("end", () => {
      requests.push({ method, path, headers, body });
      const answer = known.get(method === "GET" ? path : `${method} ${path}`) ?? { status: 404, json: {} };
      if (answer === "hang up") request.socket.destroy();
      else if ("text" in answer) response.end(answer.text);
      else response.writeHead(answer.status ?? 200, answer.headers).end(JSON.stringify(answer.json));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    routes: known,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
