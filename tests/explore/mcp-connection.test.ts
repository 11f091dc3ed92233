/**
 * One MCP connection that several tasks share, with a server in the same process: every order of its steps, or ten thousand of
 * them.
 */
import { leafErrors, taskGroup } from "@holdfast/concurrency";
import type { ExploreOptions, Lab } from "@holdfast/explore";
import { type McpConnection, openMcpConnection } from "@holdfast/mcp";
import { createFaultyServer, type FaultyServer } from "@holdfast/mcp/testing";
import { expect, test } from "vitest";
import { currentRuntime } from "../../packages/concurrency/src/internal/waiter.ts";
import { expectAllOrdersPass, expectTenThousandOrdersPass, timeout } from "./many-orders.ts";

/** Time limits would else pass before any of this. */
const idle: ExploreOptions = { timers: "idle" };
const everywhere: ExploreOptions = { ...idle, cancel: "everywhere" };

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

/** A scenario in a world of its own, of which nothing may be left. */
function inWorld(body: (world: World) => Promise<void>): (lab: Lab) => Promise<void> {
  return async (lab) => {
    const runs = new Map<string, number>();
    const echo = ({ text }: Record<string, unknown>): string => {
      const words = String(text);
      runs.set(words, (runs.get(words) ?? 0) + 1);
      return words;
    };
    const server = createFaultyServer({ runtime: currentRuntime(), tools: { echo } });
    const connection = await openMcpConnection({ open: () => server.connect() });
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
  };
}

/** Calls, and sees that the call ran once if it was answered, and at most once if it was not. */
async function callOnce({ runs, call }: World, text: string, allowed: readonly string[]): Promise<void> {
  const wasAnswered = await call(text, allowed);
  if (runs(text) > 1 || (wasAnswered && runs(text) === 0)) throw new Error(`${text} ran ${runs(text)} times`);
}

test("each of two calls gets its own answer and runs once, in 10,000 orders", { timeout }, async () => {
  await expectTenThousandOrdersPass(
    inWorld(async ({ lab, runs, call }) => {
      await lab.all(2, (index) => call(`call ${index}`));
      if (runs("call 0") !== 1 || runs("call 1") !== 1) throw new Error("a call did not run once");
    }),
    idle,
  );
});

test("a call that is cancelled anywhere leaves nothing on the connection, in all orders", { timeout }, async () => {
  const orders = await expectAllOrdersPass(
    inWorld(async ({ lab, runs, call }) => {
      await lab.all(1, () => call("call"));
      if (runs("call") > 1) throw new Error("the call ran twice");
    }),
    everywhere,
  );

  expect(orders).toBeGreaterThan(1_000);
});

test("a call that is cancelled anywhere takes nothing from its neighbour, in 10,000 orders", { timeout }, async () => {
  await expectTenThousandOrdersPass(
    inWorld(async ({ lab, runs, call }) => {
      const answered = await lab.all(2, (index) => call(`call ${index}`));
      if (!answered.includes(true)) throw new Error("both went unanswered");
      if (runs("call 0") > 1 || runs("call 1") > 1) throw new Error("a call ran twice");
    }),
    everywhere,
  );
});

test.for<ExploreOptions>([{ ...idle, cancel: "none" }, everywhere])(
  "a call under which the server restarts runs at most once and the next is answered, in 10,000 orders; cancelled: $cancel",
  { timeout },
  async (options) => {
    await expectTenThousandOrdersPass(
      inWorld(async (world) => {
        const { lab, server, runs, call } = world;
        await taskGroup(async (group) => {
          group.startSoon(() => lab.io("the server restarts", () => server.restart()));
          await lab.all(1, () => callOnce(world, "first", lost));
        });
        if (runs("first") > 1) throw new Error(`the first call ran ${runs("first")} times`);
        await call("second");
        if (runs("second") !== 1) throw new Error("the second call did not run once");
      }),
      options,
    );
  },
);

test("a drain lets a call finish or refuses it, in all orders", { timeout }, async () => {
  const orders = await expectAllOrdersPass(
    inWorld(async ({ lab, connection, runs, call }) => {
      let wasAnswered = false;
      await lab.all(2, async (index) => {
        if (index === 0) await connection.drain();
        else wasAnswered = await call("call", closed);
      });
      if (runs("call") !== (wasAnswered ? 1 : 0)) throw new Error(`ran ${runs("call")} times`);
    }),
    idle,
  );

  expect(orders).toBeGreaterThan(500);
});

test.for(["drain", "close"] as const)(
  "a %s and a call, either of them cancelled anywhere, leave nothing, in 10,000 orders",
  { timeout },
  async (ending) => {
    await expectTenThousandOrdersPass(
      inWorld(async (world) => {
        await world.lab.all(2, async (index) => {
          if (index === 0) await world.connection[ending]();
          else await callOnce(world, "call", closed);
        });
      }),
      everywhere,
    );
  },
);

test("a call, a loss and a drain, whoever is cancelled, leave nothing, in 10,000 orders", { timeout }, async () => {
  await expectTenThousandOrdersPass(
    inWorld(async (world) => {
      const { lab, server, connection } = world;
      await taskGroup(async (group) => {
        group.startSoon(() => lab.io("the server restarts", () => server.restart()));
        await lab.all(2, async (index) => {
          if (index === 0) await connection.drain();
          else await callOnce(world, "call", [...lost, ...closed]);
        });
      });
    }),
    everywhere,
  );
});
