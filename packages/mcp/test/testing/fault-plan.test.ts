import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { FaultPlan } from "../../src/testing/fault-plan.ts";
import { createFaultyServer, type McpFaultScript, mcpFaults } from "../../src/testing/index.ts";

function strikes(plan: FaultPlan, on: string, times: number, tool?: string): (string | undefined)[] {
  return Array.from({ length: times }, () => plan.strike(on, tool)?.fault);
}

test(covers("MT-1"), () => {
  const plan = new FaultPlan(true);
  plan.add({ fault: "hang", after: 1, times: 2 });

  const struck = strikes(plan, "tools/call", 4, "echo");

  expect(struck).toEqual([undefined, "hang", "hang", undefined]);
});

test("a fault of one tool lets the calls of others pass, and does not count them", () => {
  const plan = new FaultPlan(true);
  plan.add({ fault: "hang", tool: "echo", after: 1 });

  const others = strikes(plan, "tools/call", 3, "sum");
  const struck = strikes(plan, "tools/call", 2, "echo");

  expect(others).toEqual([undefined, undefined, undefined]);
  expect(struck).toEqual([undefined, "hang"]);
});

test("a fault strikes for ever when its times are infinite, and never after it was removed", () => {
  const plan = new FaultPlan(true);
  const fault = plan.add({ fault: "http-500", times: Infinity });

  const before = strikes(plan, "tools/call", 3);
  fault.remove();

  expect(before).toEqual(["http-500", "http-500", "http-500"]);
  expect(fault.struck).toBe(3);
  expect(plan.strike("tools/call")).toBe(undefined);
});

test("of two faults that would strike, the one given first does, and the other waits its turn", () => {
  const plan = new FaultPlan(true);
  plan.add({ fault: "hang" });
  plan.add({ fault: "wrong-id" });

  expect(strikes(plan, "tools/call", 3)).toEqual(["hang", "wrong-id", undefined]);
});

test("a fault strikes at its own place, or at the one that its script names", () => {
  const plan = new FaultPlan(true);
  plan.add({ fault: "list-changes" });
  plan.add({ fault: "hang", on: "tools/list" });
  plan.add({ fault: "http-503", on: "GET" });

  expect(strikes(plan, "tools/list", 2)).toEqual(["list-changes", "hang"]);
  expect([plan.strike("tools/call"), plan.strike("GET")?.fault]).toEqual([undefined, "http-503"]);
});

test("a fault that `using` held is removed at the end of the block", () => {
  const plan = new FaultPlan(true);
  {
    using fault = plan.add({ fault: "hang" });
    expect(fault.fault).toBe("hang");
  }

  expect(plan.strike("tools/call")).toBe(undefined);
});

test("clearing removes all faults", () => {
  const plan = new FaultPlan(true);
  plan.add({ fault: "hang" });

  plan.clear();

  expect(plan.strike("tools/call")).toBe(undefined);
});

test.each<[McpFaultScript, string]>([
  [{ fault: "flood" as "hang" }, 'there is no fault "flood"'],
  [{ fault: "hang", on: "GET" }, 'the fault hang cannot strike "GET"'],
  [{ fault: "hang", on: "connection" }, 'the fault hang cannot strike "connection"'],
  [{ fault: "get-drops", on: "tools/call" }, 'the fault get-drops cannot strike "tools/call"'],
  [{ fault: "accept-then-close", tool: "echo" }, 'the fault accept-then-close cannot strike "tools/call"'],
  [{ fault: "hang", after: -1 }, "after is a number from 0 up, and -1 is not"],
  [{ fault: "hang", times: Number.NaN }, "times is a number from 0 up, and NaN is not"],
])("the script %j is refused", (script, message) => {
  expect(() => new FaultPlan(true).add(script)).toThrow(message);
});

test(covers("MT-2"), () => {
  const names = Object.keys(mcpFaults) as (keyof typeof mcpFaults)[];

  const refused = names.filter((fault) => {
    try {
      createFaultyServer({ faults: [{ fault: fault as "hang" }] });
      return false;
    } catch (error) {
      return error instanceof TypeError;
    }
  });

  expect(refused).toEqual(names.filter((fault) => mcpFaults[fault].httpOnly));
  expect(refused).toContain("truncated-json");
});
