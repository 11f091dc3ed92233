/**
 * What stands below the official client: a transport, made anew for each generation, and what only its maker knows.
 *
 * @module
 */
import type { SdkHttpError, Transport } from "@modelcontextprotocol/client";
import type { ProcessFacts } from "./errors.ts";

/** What a transport is opened for. */
export interface OpenContext {
  /** Which opening of the connection this is: 1, 2, 3, ... */
  readonly generation: number;
  /** Aborts when the opening failed or was given up; what was opened by then is closed. */
  readonly signal: AbortSignal;
}

/** What the link to a process knows of it when something went wrong. */
export interface ProcessReport extends ProcessFacts {
  /** That it wrote what is not MCP to its standard output, in words. */
  readonly notMcp?: string;
  /** Why the connection was given up, where the process did not end by itself. */
  readonly cause?: Error;
}

/** One transport, not yet started. */
export interface Link {
  readonly transport: Transport;
  /** Ends what the server keeps for this client; absent where closing the transport does. */
  readonly endSession?: () => Promise<void>;
  /** Whether the refusal of a request that named the session says that it is gone, beyond 404 and 410 which always do. */
  readonly isSessionGone?: (refusal: SdkHttpError) => boolean;
  /** What is known of the server process; absent where there is none. */
  readonly process?: () => ProcessReport;
}

/** Makes the link of one generation. It runs outside every task, and so do the callbacks of what it makes. */
export type OpenLink = (context: OpenContext) => Link | PromiseLike<Link>;
