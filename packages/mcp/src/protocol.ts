/**
 * The revisions of the protocol that a connection can be made in.
 *
 * @module
 */
import { LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/client";

/**
 * Which revision of the protocol a connection speaks: the one that the server does (`auto`), the newest with sessions
 * that both know (`legacy`), or one and no other.
 */
export type McpProtocol = "2025-03-26" | "2025-06-18" | "2025-11-25" | "2026-07-28" | "auto" | "legacy";

/** The revision without sessions and without a handshake: https://modelcontextprotocol.io/specification/2026-07-28. */
export const MODERN = "2026-07-28";

const protocols: readonly string[] = ["auto", "legacy", MODERN, "2025-11-25", "2025-06-18", "2025-03-26"];

/** @throws TypeError for what is no revision that the client speaks. */
export function readProtocol(given: McpProtocol = "auto"): McpProtocol {
  if (protocols.includes(given)) return given;
  throw new TypeError(`protocol is one of ${protocols.join(", ")}, and ${JSON.stringify(given)} is none`);
}

/** The revisions that the handshake offers, the preferred one first. */
export function offeredVersions(protocol: McpProtocol): string[] {
  const first =
    protocol === "auto" || protocol === "legacy" || protocol === MODERN ? LATEST_PROTOCOL_VERSION : protocol;
  return [first, ...SUPPORTED_PROTOCOL_VERSIONS.filter((version) => version !== first)];
}

/** Thrown by an opening in one revision, on a server that does not speak it. */
export class VersionMismatchError extends Error {
  /** @param spoken what the server is known to speak; empty when it did not say. */
  constructor(protocol: string, spoken: readonly string[]) {
    const found = spoken.length === 0 ? "and does not say what it speaks" : `but ${spoken.map(shown).join(", ")}`;
    super(`it does not speak protocol ${protocol}, ${found}; give another protocol, or leave the option out`);
  }
}

/** Quoted unless it is a date, because it is the server's word and may hold control characters. */
function shown(version: string): string {
  return /^[\d-]{1,20}$/.test(version) ? version : JSON.stringify(version.slice(0, 40));
}
