/**
 * What is promised of: the fate of MCP calls.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const mcpCalls = {
  letters: "MF",
  title: "The fate of MCP calls",
  terms:
    "A call is **under way** from when it has a place among `maxInFlight` until it ends. It **may have run** when a byte of it may " +
    "have left. To **repeat** a call is to make one again that may have run; to **replay** one is to repeat it or to make again what " +
    "did not run.",
  promises: {
    "MF-1":
      "no more than `maxInFlight` calls are under way at a time, in leases and outside, and the others follow in the order in which they came",
    "MF-2":
      "a call that finds `maxQueue` others waiting, or waits for longer than `queueTimeout`, fails with `MCP_OVERLOADED` and never reaches the server",
    "MF-3": "a call that is cancelled while it queues takes no place, and the server hears nothing of it",
    "MF-4":
      "a call whose time is up while it queues, waits for a socket, or waits to be written says that it did not run",
    "MF-5":
      "a call that did not run, because its connection was lost or could not be made, is made once more on the next connection, and not a third time",
    "MF-6": 'with `replay: "never"` each call is made once, also when the server has forgotten the session',
    "MF-7": "a call that may have run is never repeated unless `replay` is `idempotent`",
    "MF-8":
      'with `replay: "idempotent"` a call that may have run is repeated once, if the tool has `idempotentHint` or `readOnlyHint` where its list was known and in the list that is asked for anew',
    "MF-9": "what a repeated call ends with never says that it did not run, for the first may have",
    "MF-10":
      "a connection whose server cannot be reached is opened anew, unless an answer is still to come on it or somebody holds a lease of it",
    "MF-11":
      "with `reconnect` a failed opening is tried again, up to `maxAttempts` times in a row, and calls wait for it",
    "MF-12": "`outcomeOf()` says of each error of a call how it ended, and `cancelled` of a cancellation or an abort",
    "MF-13":
      "a call that is turned away with 401, with 429, or with 503 and Retry-After did not run, and is not repeated for that",
    "MF-14":
      "with `expiryBy400` a 400 that speaks of the session counts as its loss, if the request named a session; without it, it does not",
    "MF-15": "an answer stream that ends after an event that is no message is not MCP, and said to be so",
    "MF-16": "a request that is answered with 202 ends at once with `MCP_PROTOCOL`",
  },
} as const satisfies Area;
