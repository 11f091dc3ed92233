/**
 * Checks of what HTTP has besides calls: the session, its end, and the stream that stands beside it.
 *
 * @module
 */
import { LATEST_PROTOCOL_VERSION } from "@modelcontextprotocol/client";
import { isCancelled, moveOnAfter, shielded, TimeoutError } from "@holdfast/concurrency";
import type { McpHttpOptions } from "../options.ts";
import { fail, inMs, type McpFinding, ok, skipped, warn } from "./examination.ts";
import type { Check, Patient } from "./patient.ts";
import { RawHttp } from "./raw-http.ts";

/** A session that no server has given, of the form that most give. */
export const MADE_UP_SESSION = "00000000-0000-4000-8000-000000000000";
/** How long the stream is looked at, in milliseconds: one that drops at once does so within a round trip. */
const LOOK = 500;
/** How long the end of a session that was looked at may take, in milliseconds. */
const FAREWELL = 1_000;

export const NO_SESSIONS = "it gives no sessions, so none can be forgotten";
const MODERN_ONLY = "it speaks no revision that has sessions";

/** Whom the official client's behaviour of opening a dropped stream again at once concerns. */
const reopens = "clients that open it again at once do so for ever";

export const streamCheck: Check = {
  name: "stream",
  otherwise: "clients that open the stream of notifications may take the server for down",
  look: (patient) =>
    inSession(patient, async (raw) => {
      try {
        const { status, isEvents, isOpen } = await raw.get(LOOK);
        if (status === 405) return ok("there is none (HTTP 405): no news of changed tools");
        if (isOpen) return ok("it stays open");
        if (isEvents) return warn("it ends at once", reopens);
        const found = `answered HTTP ${status}, and neither a stream nor 405`;
        return warn(found, "clients take any other answer for a failure, and some do not connect");
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        return warn(
          `no answer within ${inMs(patient.limit)}`,
          "clients that wait for it before they call wait for ever",
        );
      }
    }),
};

const stays =
  "clients that start anew on 404, as the specification has it, never do, and are refused until they are restarted (ours start anew with expiryBy400)";

export const expiryCheck: Check = {
  name: "expiry",
  otherwise: stays,
  look: (patient) =>
    inSession(patient, async (raw) => {
      if (raw.sessionId === undefined) return skipped(NO_SESSIONS);
      const own = raw.sessionId;
      raw.sessionId = MADE_UP_SESSION;
      const { status } = await raw.post(list).finally(() => (raw.sessionId = own));
      const found = `a session that it does not know is answered with HTTP ${status}`;
      if (status === 404) return ok(found);
      if (status === 410)
        return warn(found, "clients that start anew on 404 alone, as the specification has it, never do");
      if (status >= 200 && status < 300)
        return warn(found, "sessions are not looked at, and nobody hears of a lost one");
      return fail(found, stays);
    }),
};

export const deleteCheck: Check = {
  name: "delete",
  otherwise: "sessions pile up on the server, and each client that closes waits",
  look: (patient) =>
    inSession(patient, async (raw) => {
      if (raw.sessionId === undefined) return skipped(NO_SESSIONS);
      const { status } = await raw.delete();
      if (status === 405) return ok("clients may not end sessions (HTTP 405): they stay until the server forgets them");
      if (status < 200 || status > 299) {
        return warn(`ending a session is answered with HTTP ${status}`, "sessions pile up on the server");
      }
      const after = await raw.post(list);
      raw.sessionId = undefined;
      if (after.status >= 200 && after.status < 300) {
        return warn(`HTTP ${status}, but the session goes on`, "sessions pile up on the server");
      }
      return ok(`a session can be ended (HTTP ${status})`);
    }),
};

const list = { jsonrpc: "2.0", id: 1, method: "tools/list" } as const;

/** Looks at a session of its own, and ends it. Skips what needs one where the server speaks no revision that has them. */
async function inSession(patient: Patient, look: (raw: RawHttp) => Promise<McpFinding>): Promise<McpFinding> {
  await using raw = new RawHttp(patient.server as McpHttpOptions, patient.limit);
  const { status, message } = await raw.initialize(LATEST_PROTOCOL_VERSION);
  if (message === undefined || "error" in message) {
    return patient.isModern
      ? skipped(MODERN_ONLY)
      : fail(`a second handshake is refused (HTTP ${status})`, "a second client cannot connect");
  }
  try {
    return await look(raw);
  } finally {
    // What it does with the end of a session is a row of its own.
    if (raw.sessionId !== undefined) await shielded(() => sayFarewell(raw));
  }
}

async function sayFarewell(raw: RawHttp): Promise<void> {
  try {
    await moveOnAfter(FAREWELL, () => raw.delete());
  } catch (error) {
    if (isCancelled(error)) throw error;
  }
}
