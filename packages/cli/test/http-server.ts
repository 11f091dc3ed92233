/**
 * A server that answers each request with what a function says.
 *
 * @module
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: () => number;
}

export async function serve(
  answer: (count: number) => { readonly status?: number; readonly body: string },
): Promise<HttpServer> {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    const { status = 200, body } = answer(requests);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
