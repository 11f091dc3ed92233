/**
 * What is promised of: MCP servers with faults.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const mcpTesting = {
  letters: "MT",
  title: "MCP servers with faults",
  terms:
    "Servers of `@holdfast/mcp/testing`, in the same process or over HTTP, that misbehave as a **script** says: which fault strikes, " +
    "what, when and how often. A fault **runs** a call when the tool has had its effect by the time the answer goes wrong.",
  promises: {
    "MT-1":
      "a fault lets as many requests pass as its script says, strikes as often as it says, and then lets all requests pass",
    "MT-2": "a fault that only HTTP can have is refused by a server in the same process",
    "MT-3": "a call that is struck has run just when the fault says so, and has run once",
    "MT-4":
      "on a virtual runtime a server in the same process takes no real time, and leaves nothing behind when its connections are closed",
    "MT-5": "the counts of a server tell every request, run and cancellation, and what is open now",
    "MT-6": "a server over HTTP that was disposed of leaves no socket, whatever hangs in it",
    "MT-7": "a restarted server knows no session of before, and its tools see another epoch",
    "MT-8":
      "a server speaks the revision without sessions to a client that does, and breaks it as it breaks the others",
    "MT-9": "no fault makes Holdfast run a call twice, or say of one that ran that it did not",
  },
} as const satisfies Area;
