/**
 * The options of a connection, and their reading: everything is checked before anything is opened.
 *
 * @module
 */
import { basename } from "node:path";
import type { ConnectionOptions } from "node:tls";
import type { Transport } from "@modelcontextprotocol/client";
import type { Dispatcher } from "undici";
import { isOAuth, type McpAuthProvider } from "./auth/authorizer.ts";
import { type CallSettings, type McpResilienceOptions, readCallSettings, resilienceNames } from "./call-settings.ts";
import { EraMemory } from "./era-verdicts.ts";
import { featureNames, type FeatureSettings, type McpFeatureOptions, readFeatureSettings } from "./feature-settings.ts";
import type { HttpTransportOptions } from "./http/http-transport.ts";
import type { HttpLimits } from "./http/pools.ts";
import { httpLink } from "./http-link.ts";
import type { OpenContext, OpenLink } from "./link.ts";
import { stdioLink } from "./stdio-link.ts";

/** What all connections have. */
export interface McpCommonOptions extends McpResilienceOptions, McpFeatureOptions {
  /** For errors, pictures and toolsets; made from the URL or the command when absent. */
  readonly name?: string;
  /** Connects on first use instead of at once. */
  readonly lazy?: boolean;
  /** Milliseconds that a call may take, with the opening it may have to wait for; 60 000 when absent, `null` for no limit. */
  readonly callTimeout?: number | null;
  /** Milliseconds that opening may take, the handshake with it; 30 000 when absent, `null` for no limit. */
  readonly connectTimeout?: number | null;
  /** Milliseconds that closing may take; 5000 when absent. */
  readonly closeTimeout?: number;
  /** What the server is told about the program that connects. */
  readonly clientInfo?: { readonly name: string; readonly version: string };
}

/** A server that is reached over Streamable HTTP. */
export interface McpHttpOptions extends McpCommonOptions {
  readonly url: string | URL;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The most sockets that calls hold at the same time, further ones wait; 16 when absent. A few more serve control. */
  readonly sockets?: number;
  /** How long what the server sends may be, in bytes. */
  readonly limits?: HttpLimits;
  /**
   * Takes a 400 whose text speaks of the session, or of a server that was not initialized, for the loss of the session, as a
   * 404 is: some servers answer so after a restart. Only to a request that named a session. Off when absent, because a call
   * that ran and failed with such a text would be made again.
   */
  readonly expiryBy400?: boolean;
  /** For https: certificates, server name and whatever else `tls.connect()` takes. */
  readonly tls?: ConnectionOptions;
  /**
   * Whose token each request shows: a provider of the official client, such as its `ClientCredentialsProvider` or one of
   * your own. Its methods are called outside every task. When the user has to sign in, calls throw `MCP_UNAUTHORIZED`; see
   * `finishMcpAuthorization()`.
   */
  readonly authProvider?: McpAuthProvider;
  /** A dispatcher of undici 8 to send everything through, in place of sockets and proxies of the connection's own. */
  readonly dispatcher?: Dispatcher;
}

/** A server that is started as a child process and speaks over standard input and output. */
export interface McpStdioOptions extends McpCommonOptions {
  /** The program; no shell comes between. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to the few variables that a child inherits: HOME, LOGNAME, PATH, SHELL, TERM, USER. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** How much of its standard error is kept for errors, in bytes; 16 384 when absent. */
  readonly stderrLimit?: number;
  /** How long an answer from it may be, in bytes; 64 MiB when absent. The call whose answer is longer fails. */
  readonly messageLimit?: number;
  /** Given all that it writes to its standard error, as it comes, outside every task: to print it or to log it. */
  readonly onStderr?: (text: string) => void;
}

/** A server that is reached by a transport of your own. */
export interface McpTransportOptions extends McpCommonOptions {
  /** Makes a transport, not started and never used before, for each generation. It runs outside every task. */
  open(context: OpenContext): Transport | PromiseLike<Transport>;
}

/** How `openMcpConnection` reaches the server. */
export type McpConnectionOptions = McpHttpOptions | McpStdioOptions | McpTransportOptions;

/** The options as they were read, with nothing left open. */
export interface ConnectionSettings extends CallSettings, FeatureSettings {
  readonly name: string;
  readonly openLink: OpenLink;
  /** What is known of the revisions that the server speaks. */
  readonly eras: EraMemory;
  readonly callTimeout: number | null;
  readonly connectTimeout: number | null;
  readonly closeTimeout: number;
  readonly clientInfo: { readonly name: string; readonly version: string };
}

/** The official client's own limit, so that nobody who changes over waits longer or shorter than before. */
const CALL_TIMEOUT = 60_000;
/** A server that npx has to download first takes ten seconds and more to start. */
const CONNECT_TIMEOUT = 30_000;
/** Leaves a server process two seconds to end by itself and two on SIGTERM, before it is killed. */
const CLOSE_TIMEOUT = 5_000;
const CLIENT_INFO = { name: "holdfast", version: "0.1.0" };

const common = [
  "name",
  "lazy",
  "callTimeout",
  "connectTimeout",
  "closeTimeout",
  "clientInfo",
  ...resilienceNames,
  ...featureNames,
];
const own: Readonly<Record<string, readonly string[]>> = {
  url: ["headers", "sockets", "limits", "expiryBy400", "tls", "authProvider", "dispatcher"],
  command: ["args", "env", "cwd", "stderrLimit", "messageLimit", "onStderr"],
  open: [],
};

/** @throws TypeError for options that no connection can be made with; RangeError for a time limit that is none. */
export function readOptions(options: McpConnectionOptions): ConnectionSettings {
  const given = Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const kinds = given.filter((key) => key in own);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const found = kinds.join(" and ") || "none";
    throw new TypeError(`openMcpConnection() takes one of url, command and open, and was given ${found}`);
  }
  const unknown = given.find((key) => key !== kind && !own[kind]?.includes(key) && !common.includes(key));
  if (unknown !== undefined) throw new TypeError(`openMcpConnection() with ${kind} has no option "${unknown}"`);
  const { name, openLink, target } = readTarget(options);
  return {
    name: options.name ?? name,
    openLink,
    eras: new EraMemory(target),
    callTimeout: readTimeout("callTimeout", options.callTimeout, CALL_TIMEOUT),
    connectTimeout: readTimeout("connectTimeout", options.connectTimeout, CONNECT_TIMEOUT),
    closeTimeout: readTimeout("closeTimeout", options.closeTimeout, CLOSE_TIMEOUT) ?? CLOSE_TIMEOUT,
    clientInfo: options.clientInfo ?? CLIENT_INFO,
    ...readCallSettings(options),
    ...readFeatureSettings(options),
  };
}

interface Target {
  readonly name: string;
  readonly openLink: OpenLink;
  /** What is connected to, the same for all connections to it; absent where nobody can tell. */
  readonly target?: readonly string[];
}

function readTarget(options: McpConnectionOptions): Target {
  if (isGiven(options, "url")) {
    const url = readUrl(options.url);
    // Without the query, which may hold a key.
    const name = `${url.origin}${url.pathname}`;
    return { name, openLink: httpLink(url, readHttp(options), options.expiryBy400), target: [name] };
  }
  if (isGiven(options, "command")) {
    const { command, args = [], env, cwd, stderrLimit, messageLimit, onStderr } = options;
    if (typeof command !== "string" || command === "") throw new TypeError("command is the name or path of a program");
    if (!Array.isArray(args) || args.some((arg) => typeof arg !== "string")) {
      throw new TypeError("args is an array of strings");
    }
    const parameters = {
      command,
      args: [...(args as readonly string[])],
      ...(env && { env: { ...env } }),
      ...(cwd && { cwd }),
      ...(stderrLimit !== undefined && { stderrLimit }),
      ...(messageLimit !== undefined && { messageLimit }),
      onStderr,
      closeTimeout: readTimeout("closeTimeout", options.closeTimeout, CLOSE_TIMEOUT) ?? CLOSE_TIMEOUT,
    };
    const target = [cwd ?? "", command, ...parameters.args];
    return { name: nameOfCommand(command, args), openLink: stdioLink(parameters), target };
  }
  if (typeof options.open !== "function") throw new TypeError("open is a function that makes a transport");
  return { name: "an MCP server", openLink: async (context) => ({ transport: await options.open(context) }) };
}

/** The command with its first argument, `node server.js`, unless that is a flag: what follows a flag may be a secret. */
function nameOfCommand(command: string, [first = "-"]: readonly string[]): string {
  return first.startsWith("-") ? basename(command) : `${basename(command)} ${basename(first)}`;
}

function isGiven<K extends string>(
  options: McpConnectionOptions,
  key: K,
): options is Extract<McpConnectionOptions, Readonly<Record<K, unknown>>> {
  return (options as unknown as Record<string, unknown>)[key] !== undefined;
}

function readUrl(text: string | URL): URL {
  const url = URL.parse(String(text));
  if (url === null) throw new TypeError(`url is not a URL: ${JSON.stringify(String(text))}`);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`url is of http: or https:, and ${url.protocol} is neither`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("url must not hold a user name or password; send them in headers");
  }
  return url;
}

function readHttp({ headers, sockets, limits, tls, authProvider, dispatcher }: McpHttpOptions): HttpTransportOptions {
  if (dispatcher !== undefined && typeof dispatcher.dispatch !== "function") {
    throw new TypeError("dispatcher is a dispatcher of undici");
  }
  if (dispatcher !== undefined && tls !== undefined) {
    throw new TypeError("tls is for sockets of the connection's own; give it to the dispatcher instead");
  }
  if (authProvider !== undefined && !isOAuth(authProvider) && typeof authProvider.token !== "function") {
    throw new TypeError("authProvider is an OAuthClientProvider or an AuthProvider of the official client");
  }
  return {
    headers: readHeaders(headers),
    ...(sockets !== undefined && { sockets: readCount("sockets", sockets) }),
    ...(limits && { limits: readLimits(limits) }),
    ...(tls && { tls: { ...tls } }),
    ...(authProvider && { authProvider }),
    ...(dispatcher && { dispatcher }),
  };
}

function readLimits(given: HttpLimits): HttpLimits {
  for (const [what, limit] of Object.entries(given)) {
    if (!limitNames.has(what)) throw new TypeError(`limits has no "${what}"; it has header, event and body`);
    if (limit !== undefined) readCount(`limits.${what}`, limit);
  }
  return { ...given };
}

const limitNames: ReadonlySet<string> = new Set(["header", "event", "body"] satisfies (keyof HttpLimits)[]);

function readCount(what: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new RangeError(`${what} is a whole number from 1 up, and ${String(value)} is not`);
}

function readHeaders(given: Readonly<Record<string, string>> = {}): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    try {
      headers.set(name, value);
    } catch {
      // Without the cause, whose message holds the value, which may be a key.
      throw new TypeError(`header ${JSON.stringify(name)} has a name or value that cannot be sent`);
    }
  }
  return headers;
}

function readTimeout(what: string, value: number | null | undefined, fallback: number): number | null {
  if (value === undefined) return fallback;
  if (value === null || (typeof value === "number" && value >= 0)) return value;
  throw new RangeError(`${what} is a number of milliseconds from 0 up, and ${String(value)} is not`);
}
