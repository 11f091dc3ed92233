/**
 * What is promised of: MCP servers as child processes.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const mcpStdio = {
  letters: "MS",
  title: "MCP servers as child processes",
  terms:
    "The **server process** is what `openMcpConnection({ command })` starts; its **tree** is that process with all that it " +
    "has started and that has not left its process group. Windows has no such groups and no signals: there a tree is ended " +
    "by force, and only while the server process itself lives.",
  promises: {
    "MS-1":
      "`close()` ends the whole tree of a server, shells, launchers and what else holds its pipes, and then resolves",
    "MS-2":
      "a server that ignores the end of its input is sent SIGTERM, and one that ignores that is killed, all within `closeTimeout`",
    "MS-3": "closing first ends the calls in flight, and only then waits for the process",
    "MS-4": "no server outlives a parent that exits, throws, or is ended by SIGHUP, SIGINT or SIGTERM",
    "MS-5":
      "where somebody else handles a signal, it is theirs to say what becomes of the process, and the servers live as long as that",
    "MS-6":
      "any number of connections have one listener for each of `exit`, SIGHUP, SIGINT and SIGTERM, and none once the last process has gone",
    "MS-7":
      "a server that dies ends all calls in flight at once, with its exit code or signal and the end of its standard error",
    "MS-8": "answers that a server wrote before it died are given, also while others hold its pipes",
    "MS-9": "a call that had not been written yet when the server died is `unsent`",
    "MS-10": "a server that closes its standard output, or stops taking input, is lost at once, and is ended",
    "MS-11":
      "standard error is read all the time, and its last `stderrLimit` bytes are kept, cut between characters and never in one",
    "MS-12": "`onStderr` is given all of standard error as text, outside every task",
    "MS-13":
      "messages come whole, however the server's writes are split or put together, with CRLF or LF, and of 10 MB both ways",
    "MS-14": "what is no message on standard output is skipped, and reported once",
    "MS-15":
      "an answer of more than `messageLimit` bytes fails its own call with `MCP_PROTOCOL`; the connection is lost only when nobody can tell whose it is",
    "MS-16": "messages to a server that reads slowly wait in one queue, in order, with one listener",
    "MS-17": "a call that is cancelled while it waits to be written is never sent, and neither is its cancellation",
    "MS-18":
      "a server that cannot be started, ends at once, or never answers fails the opening with what was found and what to do, and leaves nothing behind",
    "MS-19": "a server inherits a few harmless variables, and is given those in `env` besides",
    "MS-20": "on Windows a script runs through the command interpreter with each argument exactly as it was given",
  },
} as const satisfies Area;
