/**
 * A server as a child process, by the official transport: it speaks over standard input and output, and is told to go
 * by the end of its input, then by SIGTERM, then by SIGKILL, two seconds apart.
 *
 * @module
 */
import type { Readable } from "node:stream";
import { StdioClientTransport, type StdioServerParameters } from "@modelcontextprotocol/client/stdio";
import type { OpenLink } from "./link.ts";

/** How much of the process's standard error is kept, in characters: some eighty lines, a stack trace and more. */
const STDERR_KEPT = 8_192;

/** Links to a process of its own for each generation. */
export function stdioLink(parameters: StdioServerParameters): OpenLink {
  return () => {
    const transport = new StdioClientTransport({ ...parameters, stderr: "pipe" });
    let tail = "";
    // Read all the time: a full pipe would stop the server.
    (transport.stderr as Readable).setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-STDERR_KEPT);
    });
    return { transport, stderr: () => tail };
  };
}
