/**
 * The HTTP servers of a soak, in a process of their own, so that what they hold does not count as the client's.
 *
 * `node http-servers-main.ts <seed> <calls>`; the parent is told the URLs, and asks for `calm` and then for a `report`.
 *
 * @module
 */
import {
  type FaultyHttpServer,
  type FaultyHttpServerOptions,
  type McpFaultName,
  mcpFaults,
  openFaultyHttpServer,
} from "@holdfast/mcp/testing";
import { Mischief } from "./mischief.ts";

/** What the servers hold, and have run. */
export interface ServersReport {
  /** How often each call was run, by its number. */
  readonly executed: Uint8Array;
  /** Sessions, requests, streams and sockets that are open, of all servers together. */
  readonly held: Readonly<Record<string, number>>;
  /** How often each fault has struck. */
  readonly struck: Readonly<Record<string, number>>;
}

const legacy = ["2025-11-25", "2025-06-18", "2025-03-26"];
/** By the name of the lane that calls them. */
const kinds: Readonly<Record<string, FaultyHttpServerOptions>> = {
  "http-sse": { answers: "sse", versions: legacy },
  "http-json": { answers: "json", versions: legacy },
  "http-modern": { answers: "sse" },
  "http-repeat": { answers: "json", versions: legacy },
};

const [, , seedText, callsText] = process.argv;
const seed = Number(seedText);
const executed = new Uint8Array(Number(callsText));
const struck = new Map<string, number>();
const servers: FaultyHttpServer[] = [];
const mischiefs: Mischief<McpFaultName>[] = [];

for (const [index, options] of Object.values(kinds).entries()) {
  const mark = {
    // Only one lane asks for calls to be repeated, on the strength of this.
    annotations: { idempotentHint: true },
    run: ({ id }: Readonly<Record<string, unknown>>): string => {
      const call = Number(id);
      executed[call] = (executed[call] ?? 0) + 1;
      mischiefs[index]?.toolRan();
      return String(id);
    },
  };
  const server = await openFaultyHttpServer({ ...options, tools: { mark } });
  servers.push(server);
  mischiefs.push(new Mischief(server, Object.keys(mcpFaults) as McpFaultName[], seed + index, struck));
}

process.on("message", (message) => {
  if (message === "calm") void calm();
  else process.send?.(report());
});
process.on("disconnect", () => process.exit());
process.send?.(Object.fromEntries(Object.keys(kinds).map((name, index) => [name, servers[index]?.url])));

async function calm(): Promise<void> {
  await Promise.all(mischiefs.map((mischief) => mischief.stop()));
  // Some belong to nobody: who was to hear of them was never answered.
  for (const server of servers) server.forgetSessions();
  process.send?.("calm");
}

function report(): ServersReport {
  const held: Record<string, number> = { sessionsOpen: 0, inFlight: 0, streamsOpen: 0, socketsOpen: 0 };
  for (const server of servers) {
    const counts = server.counts() as unknown as Readonly<Record<string, number>>;
    for (const what of Object.keys(held)) held[what] = (held[what] ?? 0) + (counts[what] ?? 0);
  }
  return { executed, held, struck: Object.fromEntries(struck) };
}
