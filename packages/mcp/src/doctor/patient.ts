/**
 * What the checks of one examination share: the server, the connection to it, and what they have learnt.
 *
 * @module
 */
import type { CallToolResult, Tool } from "@modelcontextprotocol/client";
import { McpConnection } from "../mcp-connection.ts";
import { EraMemory } from "../era-verdicts.ts";
import { type ConnectionSettings, type McpHttpOptions, type McpStdioOptions, readOptions } from "../options.ts";
import { MODERN } from "../protocol.ts";
import type { McpServerFacts } from "../server-facts.ts";
import type { McpCheckName, McpFinding } from "./examination.ts";
import { WatchedTransport } from "./watched-transport.ts";

/** The tool that may be called, and how. */
export interface CallSpec {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Calls that were made side by side. */
export interface CallSeries {
  /** The calls by their number: the result, or what was thrown. */
  readonly outcomes: readonly PromiseSettledResult<CallToolResult>[];
  /** How long one of them took that was made alone. */
  readonly aloneMs: number;
}

/** A thing to look at. */
export interface Check {
  readonly name: McpCheckName;
  /** What breaks when the look ends with an error. */
  readonly otherwise: string;
  readonly look: (patient: Patient) => Promise<McpFinding>;
}

/** How a server is reached by a connection that is looked at. */
export class Watched {
  readonly connection: McpConnection;
  #transport: WatchedTransport | undefined;

  constructor(settings: ConnectionSettings) {
    this.connection = new McpConnection({
      ...settings,
      openLink: async (context) => {
        const link = await settings.openLink(context);
        const transport = new WatchedTransport(link.transport);
        this.#transport = transport;
        return { ...link, transport };
      },
    });
  }

  /** Of the generation that was opened last. */
  get transport(): WatchedTransport {
    if (this.#transport === undefined) throw new Error("looking at a connection that was never opened");
    return this.#transport;
  }
}

/** The server under examination. */
export class Patient {
  readonly #eras = new EraMemory();
  /** As `openMcpConnection` takes it. */
  readonly server: McpHttpOptions | McpStdioOptions;
  /** Milliseconds that each answer may take. */
  readonly limit: number;
  readonly call: CallSpec | undefined;
  /** How many calls are made side by side. */
  readonly parallel: number;
  readonly main: Watched;
  readonly settings: ConnectionSettings;
  /** What opening the connection took, in milliseconds. */
  openedIn = 0;
  tools: readonly Tool[] = [];
  facts: McpServerFacts | undefined;
  series: CallSeries | undefined;

  /** @throws TypeError or RangeError for options that no connection can be made with. */
  constructor(
    server: McpHttpOptions | McpStdioOptions,
    options: { readonly limit: number; readonly call: CallSpec | undefined; readonly parallel: number },
  ) {
    if (!Number.isSafeInteger(options.parallel) || options.parallel < 1) {
      throw new RangeError(`parallel is a whole number from 1 up, and ${String(options.parallel)} is not`);
    }
    this.server = server;
    this.limit = options.limit;
    this.call = options.call;
    this.parallel = options.parallel;
    this.settings = this.#read({});
    this.main = new Watched(this.settings);
  }

  /** Whether the server offers tools. */
  get hasTools(): boolean {
    return this.facts?.capabilities.tools !== undefined;
  }

  /** Another connection to the same server, not open yet. Close it. */
  another(more: Partial<McpHttpOptions & McpStdioOptions> = {}): Watched {
    return new Watched(this.#read(more));
  }

  /** Whether it is spoken to in the revision without sessions. */
  get isModern(): boolean {
    return this.facts?.protocolVersion === MODERN;
  }

  /** Whether all calls that were made side by side have failed. */
  get isFailing(): boolean {
    return this.series?.outcomes.every(({ status }) => status === "rejected") === true;
  }

  /** The arguments of a call, in which its number stands for each `{n}`. */
  argsOf(index: number): Readonly<Record<string, unknown>> {
    return numbered(this.call?.args ?? {}, numberOf(index)) as Readonly<Record<string, unknown>>;
  }

  #read(more: Partial<McpHttpOptions & McpStdioOptions>): ConnectionSettings {
    const { limit } = this;
    const limits = { callTimeout: limit, connectTimeout: limit, closeTimeout: Math.min(limit, CLOSE_TIMEOUT) };
    // It finds out anew what the server speaks: that is one of the things to be examined.
    return { ...readOptions({ ...this.server, ...limits, ...more }), eras: this.#eras };
  }
}

/** What a server does that needs longer to end is a row of its own; here it is only in the way. */
const CLOSE_TIMEOUT = 1_000;

/** What stands for the number of a call in its arguments. */
export const NUMBER = "{n}";

/** A number that no answer has in it by chance. */
export function numberOf(index: number): string {
  return String(481_500 + index);
}

function numbered(value: unknown, number: string): unknown {
  if (typeof value === "string") return value.replaceAll(NUMBER, number);
  if (Array.isArray(value)) return value.map((item) => numbered(item, number));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, numbered(item, number)]));
}
