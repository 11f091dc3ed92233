/**
 * Streamable HTTP, by the official transport.
 *
 * @module
 */
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { OpenLink } from "./link.ts";

/** Links to the server at `url`; the headers go with each request. */
export function httpLink(url: URL, headers: Headers): OpenLink {
  return () => {
    const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
    return { transport, endSession: () => transport.terminateSession() };
  };
}
