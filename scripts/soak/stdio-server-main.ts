/**
 * The stdio server of a soak. What it does with a call is decided by the call's number and the seed, so that it need not
 * remember anything: one that it dies of is dead for the process after it as well.
 *
 * `node stdio-server-main.ts <seed> <file>`; the file is given the number of each call that is run, before it is answered,
 * and outlives a process that is killed.
 *
 * @module
 */
import { openSync, writeSync } from "node:fs";
import { chance } from "./chance.ts";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: { readonly id?: number } };
}

const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;
const DELAY = 20;
/** Added to the id of a request it makes one that nobody has used. */
const UNKNOWN = 1_000_000_000;

const [, , seedText, file = ""] = process.argv;
const seed = Number(seedText);
const record = openSync(file, "a");
let rest = "";

process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk: string) => {
  const lines = `${rest}${chunk}`.split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) receive(JSON.parse(line) as Message);
});

function receive({ id, method, params }: Message): void {
  if (id === undefined) return;
  if (method === "initialize") {
    const serverInfo = { name: "soak", version: "1.0.0" };
    send({ id, result: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo } });
  } else if (method === "tools/list") {
    send({ id, result: { tools: [{ name: "mark", inputSchema: { type: "object" } }] } });
  } else if (method !== "tools/call") send({ id, error: { code: METHOD_NOT_FOUND, message: "no such method" } });
  else if (params?.name !== "mark") send({ id, error: { code: INVALID_PARAMS, message: "no such tool" } });
  else call(id, params.arguments?.id ?? 0);
}

function call(id: number, index: number): void {
  const fate = Math.floor(chance(seed, "stdio", index) * 1_000);
  // It dies before the call runs, or after.
  if (fate === 0) process.kill(process.pid, "SIGKILL");
  writeSync(record, `${index}\n`);
  const answer = { id, result: { content: [{ type: "text", text: String(index) }] } };
  if (fate === 1) process.kill(process.pid, "SIGKILL");
  if (fate === 2) process.exit(1);
  if (fate < 5) return;
  if (fate < 10) setTimeout(() => send(answer), DELAY);
  else if (fate < 15) send({ ...answer, id: id + UNKNOWN });
  else if (fate < 20) send({ id, error: { code: -32_000, message: "it did not work" } });
  else {
    if (fate < 25) process.stdout.write("what is this\n");
    else if (fate < 30) process.stderr.write("something is odd\n".repeat(100));
    else if (fate < 35) send(answer);
    send(answer);
  }
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}
