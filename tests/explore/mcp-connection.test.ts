/** One MCP connection that several tasks share, with a server in the same process, in many orders of its steps. */
import { leafErrors } from "@holdfast/concurrency";
import { explore, type ExploreOptions, type Lab } from "@holdfast/explore";
import { type McpConnection, openMcpConnection } from "@holdfast/mcp";
import { createFaultyServer, type FaultyServer } from "@holdfast/mcp/testing";
import { expect, test } from "vitest";
import { currentRuntime } from "../../packages/concurrency/src/internal/waiter.ts";

/** A few thousand orders, of some 26 steps each. */
const timeout = 20_000;
const budget = { runs: 2_000, ms: 15_000 };

/** What a call may end with, besides its answer. */
const lost = ["MCP_CONNECTION_LOST", "MCP_SESSION_EXPIRED"];
const closed = ["MCP_CLOSED", "MCP_CONNECTION_LOST"];

interface World {
  readonly lab: Lab;
  readonly server: FaultyServer;
  readonly connection: McpConnection;
  /** How often the server has run the call. */
  readonly runs: (text: string) => number;
  /** Calls, and says whether it was answered; by an error that may not come, it fails. */
  readonly call: (text: string, allowed?: readonly string[]) => Promise<boolean>;
}

async function expectOrdersPass(body: (world: World) => Promise<void>, options: ExploreOptions = {}): Promise<number> {
  const found = await explore(
    async (lab) => {
      const runs = new Map<string, number>();
      const echo = ({ text }: Record<string, unknown>): string => {
        const words = String(text);
        runs.set(words, (runs.get(words) ?? 0) + 1);
        return words;
      };
      const server = createFaultyServer({ runtime: currentRuntime(), tools: { echo } });
      // No time limits, which would pass before any of this.
      const limits = { connectTimeout: null, callTimeout: null, closeTimeout: Infinity };
      const connection = await openMcpConnection({ open: () => server.connect(), ...limits });
      const call: World["call"] = async (text, allowed = []) => {
        try {
          const { content } = await connection.callTool("echo", { text });
          if (JSON.stringify(content).includes(text)) return true;
          throw new Error(`${text} was answered with ${JSON.stringify(content)}`);
        } catch (error) {
          const codes = leafErrors(error).map((leaf) => (leaf as { code?: string }).code ?? "");
          if (codes.length === 0 || !codes.every((code) => allowed.includes(code))) throw error;
          return false;
        }
      };
      await body({ lab, server, connection, call, runs: (text) => runs.get(text) ?? 0 });
      await connection.close();
      const left = connection.statistics();
      if (left.leases + left.waiting > 0) throw new Error(`left after close(): ${JSON.stringify(left)}`);
    },
    { budget, ...options },
  );
  expect(found.verdict, found.explain()).toMatch(/^(?:exhausted|not-found)$/);
  return found.orders;
}

test("each of two calls gets its own answer, and runs once", { timeout }, async () => {
  const orders = await expectOrdersPass(async ({ lab, runs, call }) => {
    await lab.all(2, (index) => call(`call ${index}`));
    if (runs("call 0") !== 1 || runs("call 1") !== 1) throw new Error("a call did not run once");
  });

  expect(orders).toBe(budget.runs);
});

test("a call under which the server restarts runs at most once, and the next is answered", { timeout }, async () => {
  const orders = await expectOrdersPass(async ({ lab, server, runs, call }) => {
    let wasAnswered = false;
    await lab.all(2, async (index) => {
      if (index === 1) wasAnswered = await call("first", lost);
      else await lab.io("the server restarts", () => server.restart());
    });
    await call("second");
    if (runs("first") > 1 || (wasAnswered && runs("first") === 0)) throw new Error(`ran ${runs("first")} times`);
    if (runs("second") !== 1) throw new Error("the second call did not run once");
  });

  expect(orders).toBeGreaterThan(100);
});

test("a drain lets a call finish, or refuses it", { timeout }, async () => {
  const orders = await expectOrdersPass(async ({ lab, connection, runs, call }) => {
    let wasAnswered = false;
    await lab.all(2, async (index) => {
      if (index === 0) await connection.drain();
      else wasAnswered = await call("call", closed);
    });
    if (runs("call") !== (wasAnswered ? 1 : 0)) throw new Error(`ran ${runs("call")} times`);
  });

  expect(orders).toBeGreaterThan(20);
});

test("a call that is cancelled anywhere takes nothing from its neighbour", { timeout }, async () => {
  const orders = await expectOrdersPass(
    async ({ lab, runs, call }) => {
      await lab.all(2, (index) => call(`call ${index}`));
      if (runs("call 0") > 1 || runs("call 1") > 1) throw new Error("a call ran twice");
    },
    { cancel: "everywhere" },
  );

  expect(orders).toBe(budget.runs);
});
