/**
 * A test file from a failure: red as long as the program fails in that order, green once it does not.
 *
 * @module
 */
import type { TimerMode } from "./options.ts";
import { parseReplay } from "./replay-string.ts";

/** What the test is made of. */
export interface EmitTestOptions {
  /** How the test file imports the module: `./pool.scenario.ts`. */
  readonly module: string;
  /** Which export of it is the scenario. */
  readonly exportName: string;
  /** The order that failed. */
  readonly replay: string;
  /** What it failed with; one line. */
  readonly message: string;
  /** `vitest`, or `node:test`. */
  readonly runner: "node:test" | "vitest";
  /** As the failure was searched for; `free` when absent. */
  readonly timers?: TimerMode;
}

/** Gives the text of the file. */
export function emitTest(settings: EmitTestOptions): string {
  const { module, exportName, replay, message, runner, timers = "free" } = settings;
  const imported = exportName === "scenario" ? "scenario" : `${exportName} as scenario`;
  const imports =
    runner === "vitest"
      ? 'import { expect, test } from "vitest";\n'
      : 'import assert from "node:assert/strict";\nimport { test } from "node:test";\n';
  const passes = runner === "vitest" ? "expect(trace.error).toBeUndefined();" : "assert.equal(trace.error, undefined);";
  const none =
    runner === "vitest"
      ? 'expect(found.verdict, found.explain()).not.toBe("failed");'
      : 'assert.notEqual(found.verdict, "failed", found.explain());';
  const { cancellations = 0 } = parseReplay(replay);
  const fields = [
    ...(timers === "free" ? [] : [`timers: "${timers}"`]),
    ...(cancellations === 0 ? [] : ['cancel: "everywhere"']),
    ...(cancellations > 1 ? [`cancellations: ${cancellations}`] : []),
  ];
  const options = fields.length === 0 ? "" : `, { ${fields.join(", ")} }`;
  const how = timers === "free" ? "" : `, timers: "${timers}"`;
  return `${imports}import { explore, replay } from "@holdfast/explore";
import { ${imported} } from ${JSON.stringify(module)};

// Found by exploring the orders of its steps. In this one it failed:
// ${message.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")}
test("the order in which it failed passes", async () => {
  const { trace } = await replay(scenario, ${JSON.stringify(replay)}, { tolerant: true${how} });
  ${passes}
});

// The fix may fail in another order.
test("no order fails", async () => {
  const found = await explore(scenario${options});
  ${none}
});
`;
}
