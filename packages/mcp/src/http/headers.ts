/**
 * The headers of requests, as flat lists of names and values. Most requests of a connection have the same ones, so they
 * are made once and kept until the session or the protocol version changes.
 *
 * @module
 */
import { type JSONRPCMessage, PROTOCOL_VERSION_META_KEY } from "@modelcontextprotocol/client";

/** The first revision whose requests say what they are by themselves, and need no session. */
const FIRST_MODERN = "2026-07-28";

/** What the transport itself says of a request; a caller's word on it could contradict the body. */
const reserved: ReadonlySet<string> = new Set([
  "accept-encoding",
  "content-length",
  "content-type",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
]);
/** What a single request must not change besides: it is the connection's. */
const ofConnection: ReadonlySet<string> = new Set(["authorization", "dpop"]);

/** The revision that a request claims to be of, when that is one without sessions. */
export function modernVersion(message: JSONRPCMessage): string | undefined {
  if (!("method" in message)) return undefined;
  const version: unknown = message.params?._meta?.[PROTOCOL_VERSION_META_KEY];
  return typeof version === "string" && version >= FIRST_MODERN ? version : undefined;
}

export class RequestHeaders {
  readonly #given: readonly (readonly [string, string])[];
  readonly #accept: string;
  #sessionId: string | undefined;
  #protocolVersion: string | undefined;
  #post: string[] | undefined;

  /** @param given sent with each request. */
  constructor(given: Headers) {
    const sent = [...given].filter(([name]) => name !== "accept" && !reserved.has(name));
    // Some gateways turn requests away that do not say what sends them.
    this.#given = given.has("user-agent") ? sent : [["user-agent", "holdfast"], ...sent];
    this.#accept = given.get("accept") ?? "";
  }

  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  set sessionId(id: string | undefined) {
    this.#sessionId = id;
    this.#post = undefined;
  }

  get protocolVersion(): string | undefined {
    return this.#protocolVersion;
  }

  set protocolVersion(version: string | undefined) {
    this.#protocolVersion = version;
    this.#post = undefined;
  }

  /** Of a message. Not to be changed: others may have the same list. */
  ofMessage(message: JSONRPCMessage, extra: Readonly<Record<string, string>> | undefined): string[] {
    const isRequest = "method" in message && "id" in message;
    if (isRequest && message.method === "initialize") return this.#make(postAccept, contentType, undefined, extra);
    const version: unknown = isRequest ? message.params?._meta?.[PROTOCOL_VERSION_META_KEY] : undefined;
    if (typeof version !== "string" || !isRequest) {
      if (extra !== undefined) return this.#make(postAccept, contentType, this.#sessionId, extra);
      return (this.#post ??= this.#make(postAccept, contentType, this.#sessionId));
    }
    const own = [...contentType, "mcp-method", message.method];
    const name = nameOf(message.method, message.params);
    if (name !== undefined) own.push("mcp-name", fieldValue(name));
    return this.#make(postAccept, own, this.#sessionId, extra, version);
  }

  /** Of a stream of messages, after the event with that id. */
  ofStream(lastEventId: string | undefined): string[] {
    const own = lastEventId === undefined ? [] : ["last-event-id", lastEventId];
    return this.#make(["text/event-stream"], own, this.#sessionId);
  }

  /** Of the request that ends the session. */
  ofDelete(): string[] {
    return this.#make([], [], this.#sessionId);
  }

  #make(
    accept: readonly string[],
    own: readonly string[],
    sessionId: string | undefined,
    extra?: Readonly<Record<string, string>>,
    version: string | undefined = this.#protocolVersion,
  ): string[] {
    const headers = new Map(this.#given);
    let types = this.#accept;
    for (const [given, value] of Object.entries(extra ?? {})) {
      const name = given.toLowerCase();
      if (reserved.has(name) || ofConnection.has(name)) continue;
      if (name === "accept") types = value;
      else headers.set(name, value);
    }
    if (accept.length > 0 || types !== "") headers.set("accept", acceptable(types, accept));
    // What comes compressed would have to be told from what was meant to be.
    headers.set("accept-encoding", "identity");
    for (let index = 0; index < own.length; index += 2) headers.set(String(own[index]), String(own[index + 1]));
    if (sessionId !== undefined) headers.set("mcp-session-id", sessionId);
    if (version !== undefined) headers.set("mcp-protocol-version", version);
    return [...headers].flat();
  }
}

const contentType = ["content-type", "application/json"];
/** Both are to be named in each POST: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports. */
const postAccept = ["application/json", "text/event-stream"];

function acceptable(types: string, own: readonly string[]): string {
  const given = types.split(",").map((type) => type.trim().toLowerCase());
  return [...new Set([...given, ...own])].filter((type) => type !== "").join(", ");
}

/** Which parameter of a method `Mcp-Name` repeats. */
const namedBy: Readonly<Record<string, string>> = {
  "prompts/get": "name",
  "resources/read": "uri",
  "tasks/cancel": "taskId",
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tools/call": "name",
};

function nameOf(method: string, params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const parameter = Object.hasOwn(namedBy, method) ? namedBy[method] : undefined;
  const value = parameter === undefined ? undefined : params?.[parameter];
  return typeof value === "string" ? value : undefined;
}

/** What a header can hold stands as it is; all else as Base64 of UTF-8 between marks, and so does what looks like that. */
export function fieldValue(text: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(text) && text === text.trim() && !/^=\?base64\?.*\?=$/.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text).toString("base64")}?=`;
}
