/**
 * What is promised of: Examining MCP servers.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const mcpDoctor = {
  letters: "DR",
  title: "Examining MCP servers",
  terms:
    "An **examination** is what `examineMcpServer()` and `holdfast doctor` make: rows, each a thing that was looked at.",
  promises: {
    "DR-1": "an examination calls no tool but the one it is told to, and without one it skips what needs calls",
    "DR-2":
      "an examination leaves nothing behind, no process, socket, stream or session that can be ended, also when its signal aborts",
    "DR-3": "a server that does one thing wrong is told of that one thing, and of nothing else",
    "DR-4": "an examination in which no connection can be opened rejects with `MCP_OPEN_FAILED`",
  },
} as const satisfies Area;
