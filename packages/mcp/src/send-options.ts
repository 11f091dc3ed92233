/**
 * What our own transports tell beyond the official interface: when a message may have left.
 *
 * @module
 */
import type { Transport, TransportSendOptions } from "@modelcontextprotocol/client";

/** Options of `send()` of a transport of ours. */
export interface SendOptions extends TransportSendOptions {
  /** Called before a byte of the message can leave, and perhaps again. One that is never called was never sent. */
  readonly onSent?: (() => void) | undefined;
}

/** A transport that calls `onSent`. With any other a message counts as sent once it was handed over. */
export interface TellingTransport extends Transport {
  readonly tellsSent: true;
}

export function tellsSent(transport: Transport): transport is TellingTransport {
  return (transport as Partial<TellingTransport>).tellsSent === true;
}
