/**
 * The head of a response in its usual form. What is not in that form, right or wrong, is left to a parser that knows all.
 *
 * @module
 */

/** What a head says, where the length of the body is known and nothing has to be decoded. */
export interface ResponseHead {
  readonly status: number;
  /** Bytes of the body. */
  readonly bodyLength: number;
  readonly contentType: string;
  /** Where a redirect leads to. */
  readonly location: string | undefined;
  /** Whether the connection ends with this response. */
  readonly isLast: boolean;
}

const statusLine = /^HTTP\/1\.1 ([2-9]\d\d)(?: [\t\x20-\x7E\x80-\xFF]*)?$/;
const headerLine =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*((?:[\x21-\x7E\x80-\xFF](?:[\t\x20-\x7E\x80-\xFF]*[\x21-\x7E\x80-\xFF])?)?)[\t ]*$/;

/**
 * Reads a head without its last two line breaks, as latin1. Undefined when it is interim, frames its body in another way
 * than by `content-length`, has to be decoded, or breaks a rule of RFC 9112.
 */
export function parseResponseHead(text: string, method: string): ResponseHead | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const [, status] = statusLine.exec(first) ?? [];
  if (status === undefined) return undefined;
  const headers = readHeaders(lines);
  if (headers === undefined) return undefined;
  const encoding = headers.get("content-encoding") ?? "identity";
  if (headers.has("transfer-encoding") || headers.has("upgrade") || encoding.toLowerCase() !== "identity") {
    return undefined;
  }
  const connection = (headers.get("connection") ?? "keep-alive").toLowerCase();
  if (connection !== "keep-alive" && connection !== "close") return undefined;
  const bodyLength = lengthOf(Number(status), method, headers.get("content-length"));
  if (bodyLength === undefined) return undefined;
  return {
    status: Number(status),
    bodyLength,
    contentType: headers.get("content-type") ?? "",
    location: headers.get("location"),
    isLast: connection === "close",
  };
}

/** Undefined when a line is malformed or a header is there twice that means something here. */
function readHeaders(lines: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ""] = headerLine.exec(line) ?? [];
    if (name === undefined) return undefined;
    const key = name.toLowerCase();
    if (!meant.has(key)) continue;
    if (headers.has(key)) return undefined;
    headers.set(key, value);
  }
  return headers;
}

const meant: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "location",
  "transfer-encoding",
  "upgrade",
]);

function lengthOf(status: number, method: string, given: string | undefined): number | undefined {
  if (given !== undefined && !/^\d{1,15}$/.test(given)) return undefined;
  if (method === "HEAD" || status === 204 || status === 304) return 0;
  return given === undefined ? undefined : Number(given);
}
