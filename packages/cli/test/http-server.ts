/**
 * A server that answers each request with what a function says, or not at all.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: () => number;
  /** The request that came last. */
  readonly last: () => Pick<IncomingMessage, "method" | "headers"> & { readonly body: string };
}

export async function serve(
  answer: (count: number) => { readonly status?: number; readonly body: string } | undefined,
): Promise<HttpServer> {
  let requests = 0;
  let last: ReturnType<HttpServer["last"]> = { headers: {}, body: "" };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const count = requests;
    last = { method: request.method, headers: request.headers, body: await text(request) };
    const told = answer(count);
    if (told !== undefined) response.writeHead(told.status ?? 200).end(told.body);
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests: () => requests,
    last: () => last,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
