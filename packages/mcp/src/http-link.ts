/**
 * Streamable HTTP, by our own transport beneath the official client.
 *
 * @module
 */
import { SdkHttpError } from "@modelcontextprotocol/client";
import { HttpTransport, type HttpTransportOptions } from "./http/http-transport.ts";
import type { OpenLink } from "./link.ts";

/** Links to the server at `url`, with sockets of its own for each generation. */
export function httpLink(url: URL, options: HttpTransportOptions, expiryBy400 = false): OpenLink {
  return () => {
    const transport = new HttpTransport(url, options);
    return {
      transport,
      endSession: () => endSession(transport),
      ...(expiryBy400 && { isSessionGone: saysSessionGone }),
    };
  };
}

/** How a server says that it knows no such session; 410 is what some answer for 404. */
export function isSessionGone(status: number): boolean {
  return status === 404 || status === 410;
}

/** Whether a 400 says by its text that the session is not known: servers made with the official kit have these words. */
function saysSessionGone({ status, data }: SdkHttpError): boolean {
  const { text } = data;
  return status === 400 && typeof text === "string" && /\bsession\b|server not initialized/i.test(text);
}

async function endSession(transport: HttpTransport): Promise<void> {
  try {
    await transport.terminateSession();
  } catch (error) {
    // A session that the server has forgotten is as good as ended.
    if (!(error instanceof SdkHttpError && isSessionGone(error.status ?? 0))) throw error;
  }
}
