/**
 * Streamable HTTP, by the official transport.
 *
 * @module
 */
import { SdkHttpError, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { OpenLink } from "./link.ts";

/** Links to the server at `url`; the headers go with each request. */
export function httpLink(url: URL, headers: Headers): OpenLink {
  return () => {
    const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
    return { transport, endSession: () => endSession(transport) };
  };
}

async function endSession(transport: StreamableHTTPClientTransport): Promise<void> {
  try {
    await transport.terminateSession();
  } catch (error) {
    // A session that the server has forgotten is as good as ended.
    if (!(error instanceof SdkHttpError && error.status === 404)) throw error;
  }
}
