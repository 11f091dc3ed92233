/**
 * What stands below the official client: a transport, made anew for each generation, and what only its maker knows.
 *
 * @module
 */
import type { Transport } from "@modelcontextprotocol/client";

/** What a transport is opened for. */
export interface OpenContext {
  /** Which opening of the connection this is: 1, 2, 3, ... */
  readonly generation: number;
  /** Aborts when the opening failed or was given up; what was opened by then is closed. */
  readonly signal: AbortSignal;
}

/** One transport, not yet started. */
export interface Link {
  readonly transport: Transport;
  /** Ends what the server keeps for this client; absent where closing the transport does. */
  readonly endSession?: () => Promise<void>;
  /** The last part of what the server process wrote to its standard error. */
  readonly stderr?: () => string;
}

/** Makes the link of one generation. It runs outside every task, and so do the callbacks of what it makes. */
export type OpenLink = (context: OpenContext) => Link | PromiseLike<Link>;
