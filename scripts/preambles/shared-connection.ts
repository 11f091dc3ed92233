/**
 * What the README's example takes as given: an MCP server on port 3001, a model, and a prompt.
 *
 * @module
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { scriptedModel } from "@holdfast/agent";

const entry = new URL("../../packages/demo/src/triage/triage-server-main.ts", import.meta.url);
const server = fork(entry, [JSON.stringify({ port: 3001, toolMs: 1 })], {
  // Not those of this process, which may have been given its program on standard input.
  execArgv: ["--conditions=@holdfast/source"],
  stdio: ["ignore", "ignore", "inherit", "ipc"],
});
const [ended] = await Promise.race([once(server, "message").then(() => []), once(server, "exit")]);
if (ended !== undefined) throw new Error("the triage server did not start; is port 3001 taken?");
// The example ends when it is done; the server ends when its channel closes.
server.unref();
server.channel?.unref();

const services = ["checkout", "payments", "search", "catalog"];

/** Looks at four services in one turn. */
export const model = scriptedModel([
  { calls: services.map((service) => ({ tool: "search_logs", input: { service } })) },
  { text: "payments ran out of connections" },
]);

export const prompt = "Why is checkout failing?";
