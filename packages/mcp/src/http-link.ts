/**
 * Streamable HTTP, by our own transport beneath the official client.
 *
 * @module
 */
import { SdkHttpError } from "@modelcontextprotocol/client";
import { HttpTransport, type HttpTransportOptions } from "./http/http-transport.ts";
import type { OpenLink } from "./link.ts";

/** Links to the server at `url`, with sockets of its own for each generation. */
export function httpLink(url: URL, options: HttpTransportOptions): OpenLink {
  return () => {
    const transport = new HttpTransport(url, options);
    return { transport, endSession: () => endSession(transport) };
  };
}

/** How a server says that it knows no such session; 410 is what some answer for 404. */
export function isSessionGone(status: number): boolean {
  return status === 404 || status === 410;
}

async function endSession(transport: HttpTransport): Promise<void> {
  try {
    await transport.terminateSession();
  } catch (error) {
    // A session that the server has forgotten is as good as ended.
    if (!(error instanceof SdkHttpError && isSessionGone(error.status ?? 0))) throw error;
  }
}
