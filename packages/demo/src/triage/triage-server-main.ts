/**
 * The triage server as a process of its own; see {@link startTriageServer}.
 *
 * By hand: `node triage-server-main.js '{"port":3001}'` prints where it listens.
 *
 * @module
 */
import { runChildEntry } from "../child-entry.ts";
import { createTriageServer, type TriageServerOptions } from "./triage-server.ts";

await runChildEntry(async (argument) => {
  const server = await createTriageServer(argument as TriageServerOptions);
  return { ready: { url: server.url }, banner: `triage server at ${server.url}`, close: () => server.close() };
});
