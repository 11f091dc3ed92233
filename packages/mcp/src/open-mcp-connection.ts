/**
 * Opening a connection.
 *
 * @module
 */
import { McpConnection } from "./mcp-connection.ts";
import { type McpConnectionOptions, readOptions } from "./options.ts";

/**
 * Connects to an MCP server and gives a connection to share among any number of concurrent calls. Hold it with
 * `await using`, or call `close()`.
 *
 * It may be opened anywhere, in a task or outside, and outlives the task that opened it. With `lazy` the first call
 * opens it.
 *
 * **Cancellation:** gives the opening up and closes what was opened.
 *
 * @throws {@link McpOpenFailedError}; TypeError or RangeError for bad options, before anything is opened.
 *
 * ```ts run
 * import { McpOpenFailedError, openMcpConnection } from "@holdfast/mcp";
 * await using connection = await openMcpConnection({ command: "no-such-server", lazy: true });
 * const calls = await Promise.allSettled(["a", "b"].map((text) => connection.callTool("echo", { text })));
 * calls.map((call) => call.status); // => ["rejected", "rejected"]
 * connection.statistics().failures[0] instanceof McpOpenFailedError; // => true
 * connection.statistics().generation; // => 1
 * ```
 */
export async function openMcpConnection(options: McpConnectionOptions): Promise<McpConnection> {
  const connection = new McpConnection(readOptions(options));
  if (options.lazy === true) return connection;
  try {
    await connection.withLease(() => {});
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}
