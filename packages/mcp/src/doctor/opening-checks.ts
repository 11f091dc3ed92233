/**
 * Checks of how a connection begins, and which revision of the protocol it is of.
 *
 * @module
 */
import type { JSONRPCResponse } from "@modelcontextprotocol/client";
import { TimeoutError } from "@holdfast/concurrency";
import { MODERN } from "../protocol.ts";
import type { McpHttpOptions, McpStdioOptions } from "../options.ts";
import { fail, inMs, type McpFinding, ok, quoted, warn } from "./examination.ts";
import type { Check, Patient } from "./patient.ts";
import { RawHttp } from "./raw-http.ts";
import { RawProcess } from "./raw-process.ts";
import { modernMeta } from "./watched-transport.ts";

export const openCheck: Check = {
  name: "open",
  otherwise: "no client can connect",
  look: ({ openedIn, facts }) => {
    const version = facts?.protocolVersion ?? "an unknown version";
    return Promise.resolve(ok(`connected in ${inMs(openedIn)}, with protocol ${version}`));
  },
};

/** Asks which revisions a server speaks. */
export const discover: { readonly method: string; readonly params: Readonly<Record<string, unknown>> } = {
  method: "server/discover",
  params: { _meta: modernMeta(MODERN) },
};
const waits = "clients that ask first which revisions it speaks wait for their time limit before each opening";

const otherwise = "clients that ask first which revisions it speaks take it for broken";

export const discoverOverHttp: Check = {
  name: "discover",
  otherwise,
  look: (patient) =>
    inTime(patient, async () => {
      await using raw = new RawHttp(patient.server as McpHttpOptions, patient.limit);
      const { status, message } = await raw.post({ jsonrpc: "2.0", id: 0, ...discover });
      if (message !== undefined) return findingOf(message, `, HTTP ${status}`);
      if (status >= 400 && status < 500) return ok(`refused with HTTP ${status}: it is of an older revision`);
      const found = `answered HTTP ${status}, and nothing that is MCP`;
      return warn(found, "clients that ask first which revisions it speaks may take it for down");
    }),
};

export const discoverOverStdio: Check = {
  name: "discover",
  otherwise,
  look: (patient) =>
    inTime(patient, async () => {
      await using raw = await RawProcess.start(patient.server as McpStdioOptions, patient.limit);
      const answer = await raw.ask(discover.method, discover.params);
      if (answer !== undefined) return findingOf(answer);
      return fail("the process ended", "clients that ask first which revisions it speaks must start it twice");
    }),
};

async function inTime({ limit }: Patient, fn: () => Promise<McpFinding>): Promise<McpFinding> {
  try {
    return await fn();
  } catch (error) {
    if (error instanceof TimeoutError) return warn(`no answer within ${inMs(limit)}`, waits);
    throw error;
  }
}

function findingOf(answer: JSONRPCResponse, how = ""): McpFinding {
  if ("error" in answer) {
    const { code, message } = answer.error;
    return ok(`refused with error ${code}${how}: ${quoted(message)}: it is of an older revision`);
  }
  const { supportedVersions } = answer.result as { supportedVersions?: unknown };
  const versions = Array.isArray(supportedVersions) ? supportedVersions.map(String) : [];
  if (versions.length > 0) return ok(`answered: it speaks ${versions.join(", ")}`);
  return warn("answered, and named no version", "clients that ask first which revisions it speaks cannot tell");
}
