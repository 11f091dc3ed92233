/**
 * A test file from a failure: red as long as the program fails in that order, green once it does not.
 *
 * @module
 */
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
}

/** Gives the text of the file. */
export function emitTest({ module, exportName, replay, message, runner }: EmitTestOptions): string {
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
  const most = cancellations > 1 ? `, cancellations: ${cancellations}` : "";
  const options = cancellations === 0 ? "" : `, { cancel: "everywhere"${most} }`;
  return `${imports}import { explore, replay } from "@holdfast/explore";
import { ${imported} } from ${JSON.stringify(module)};

// Found by exploring the orders of its steps. In this one it failed:
// ${message.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")}
test("the order in which it failed passes", async () => {
  const { trace } = await replay(scenario, ${JSON.stringify(replay)}, { tolerant: true });
  ${passes}
});

// The fix may fail in another order.
test("no order fails", async () => {
  const found = await explore(scenario${options});
  ${none}
});
`;
}
