/**
 * Checks of what a connection comes back from: a session that was forgotten, a process that was killed.
 *
 * @module
 */
import { currentTime, Event, isCancelled, runDetached } from "@holdfast/concurrency";
import { McpCallTimeoutError, McpError, McpOpenFailedError } from "../errors.ts";
import { HttpTransport } from "../http/http-transport.ts";
import type { McpHttpOptions } from "../options.ts";
import { hasProcessGroups, ProcessGroup } from "../stdio/process-group.ts";
import { StdioTransport } from "../stdio/stdio-transport.ts";
import { inMs, ok, skipped } from "./examination.ts";
import type { Check, Patient, Watched } from "./patient.ts";
import { RawHttp } from "./raw-http.ts";
import { MADE_UP_SESSION, NO_SESSIONS } from "./session-checks.ts";

export const reconnectOverHttp: Check = {
  name: "reconnect",
  otherwise: "clients whose session is forgotten, as by a restart, do not come back",
  async look(patient) {
    // A server that speaks the revision without sessions may have them for clients of the others.
    const watched = patient.another({ protocol: "legacy" });
    await using connection = watched.connection;
    try {
      await connection.withLease(() => {});
    } catch (error) {
      if (error instanceof McpOpenFailedError && patient.isModern) return skipped(NO_SESSIONS);
      throw error;
    }
    const transport = watched.transport.inner;
    if (!(transport instanceof HttpTransport) || transport.sessionId === undefined) return skipped(NO_SESSIONS);
    if (!patient.hasTools) return skipped("it has no tools, and there is nothing to ask in a forgotten session");
    const how = await forget(patient, transport, transport.sessionId);
    const begun = currentTime();
    await connection.listTools();
    const took = inMs(currentTime() - begun);
    if (connection.statistics().generation > 1)
      return ok(`${how}; a new one was opened, and the request made there, in ${took}`);
    return ok(`${how}, and the server answered all the same`);
  },
};

export const reconnectOverStdio: Check = {
  name: "reconnect",
  otherwise: "clients do not come back after the process has died",
  async look(patient) {
    const watched = patient.another();
    await using connection = watched.connection;
    await connection.withLease(() => {});
    const { inner } = watched.transport;
    if (!(inner instanceof StdioTransport) || inner.pid === undefined) return skipped("its process is not known");
    const group = new ProcessGroup(inner.pid);
    const told = patient.hasTools ? await killInFlight(watched, group) : await kill(group);
    const begun = currentTime();
    await connection.listTools();
    return ok(`${told}; a new process answered in ${inMs(currentTime() - begun)}`);
  },
};

/** Makes the session one that the server does not know: ends it behind the connection's back, or names another. */
async function forget(patient: Patient, transport: HttpTransport, sessionId: string): Promise<string> {
  await using raw = new RawHttp(patient.server as McpHttpOptions, patient.limit);
  raw.sessionId = sessionId;
  if (await isEnded(raw)) return "the session was ended";
  transport.sessionStarted(MADE_UP_SESSION);
  return "a session that it does not know was named";
}

async function isEnded(raw: RawHttp): Promise<boolean> {
  try {
    const { status } = await raw.delete();
    return status >= 200 && status < 300;
  } catch (error) {
    // What else it does with the end of a session is a row of its own.
    if (isCancelled(error)) throw error;
    return false;
  }
}

/** Stops the process, sends it a request that it cannot answer then, and kills it. */
async function killInFlight({ connection, transport }: Watched, group: ProcessGroup): Promise<string> {
  if (hasProcessGroups) group.signal("SIGSTOP");
  const sent = new Event("a request to a process that is to die");
  transport.onRequest = () => sent.set();
  const listing = connection.listTools().then(
    () => "the process was killed, and the request made on a new one",
    (error: unknown) => {
      if (!(error instanceof McpError) || error instanceof McpCallTimeoutError) throw error;
      return `the process was killed, and the request in flight told at once (${error.kind})`;
    },
  );
  // However it ends, nothing is to be waited for after it.
  const settled = listing.finally(() => sent.set());
  settled.catch(() => {});
  await sent.wait();
  await kill(group);
  return await settled;
}

function kill(group: ProcessGroup): Promise<string> {
  runDetached(() => group.signal("SIGKILL"));
  return Promise.resolve("the process was killed");
}
