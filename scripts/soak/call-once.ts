/**
 * One call of a soak, made in one of the ways in which calls are made, and what became of it.
 *
 * @module
 */
import { CancelScope, run } from "@holdfast/concurrency";
import { type McpConnection, McpError, outcomeOf } from "@holdfast/mcp";
import { chance } from "./chance.ts";
import type { Lane } from "./lanes.ts";
import { type Claim, claims, type Tally } from "./tally.ts";

/** The most milliseconds until a call is given up that is to be given up. */
const PATIENCE = 20;
/** What a huge answer has in place of the call's number. */
const FILLER = /^x+$/;
/** How many examples of what should not be are kept. */
const EXAMPLES = 5;

/** Given to a call that is given up; the soak knows it again by its identity. */
const givenUp = new Error("given up by the soak");

/** Makes the call with a number, and counts what became of it. */
export async function callOnce(lane: Lane, seed: number, call: number, tally: Tally): Promise<void> {
  const way = chance(seed, "way", call);
  const patience = chance(seed, "patience", call) * PATIENCE;
  let outcome = "answered";
  let claim: Claim = claims.ran;
  try {
    const text = await make(lane.connection, call, way, patience);
    if (text === undefined) outcome = "listed";
    else if (text !== String(call) && !FILLER.test(text)) {
      note(tally.mixedUp, `call ${call} of ${lane.name} was answered ${JSON.stringify(text.slice(0, 80))}`);
    }
    if (text === undefined) claim = claims.didNotRun;
  } catch (error) {
    outcome = error === givenUp ? "cancelled" : (outcomeOf(error) ?? "untyped");
    claim = error instanceof McpError && !error.mayHaveRun ? claims.didNotRun : claims.mayHaveRun;
    if (outcome === "untyped") note(tally.untyped, `call ${call} of ${lane.name} threw ${describe(error)}`);
  }
  tally.ended(lane.name, call, outcome, claim);
}

/** Gives the text of the answer; undefined when the tools were listed instead. */
async function make(connection: McpConnection, id: number, way: number, patience: number): Promise<string | undefined> {
  if (way < 0.02) return await withSignal(connection, id, patience);
  if (way < 0.04) return await withScope(connection, id, patience);
  if (way < 0.05) {
    await connection.listTools();
    return undefined;
  }
  if (way < 0.06) return await connection.withLease(async (lease) => textOf(await lease.callTool("mark", { id })));
  if (way < 0.065) return textOf(await connection.callTool("no such tool", { id }));
  return textOf(await connection.callTool("mark", { id }));
}

async function withSignal(connection: McpConnection, id: number, patience: number): Promise<string> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(givenUp), patience);
  try {
    return textOf(await connection.callTool("mark", { id }, { signal: controller.signal }));
  } finally {
    clearTimeout(timer);
  }
}

async function withScope(connection: McpConnection, id: number, patience: number): Promise<string> {
  return await run(async () => {
    const scope = new CancelScope({ timeout: patience });
    const text = await scope.run(async () => textOf(await connection.callTool("mark", { id })));
    if (scope.cancelledCaught) throw givenUp;
    return text as string;
  });
}

function textOf({ content: [block] }: Awaited<ReturnType<McpConnection["callTool"]>>): string {
  return block?.type === "text" ? block.text : "";
}

function note(examples: string[], text: string): void {
  if (examples.length < EXAMPLES) examples.push(text);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
