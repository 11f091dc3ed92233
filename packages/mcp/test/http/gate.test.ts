import { expect, test } from "vitest";
import { Gate } from "../../src/http/gate.ts";

/** Admits one of that name, and gives what else it needs. */
function admit(gate: Gate, name: string, entered: string[]): { enter(): void } {
  const passing = { enter: () => void entered.push(name) };
  gate.admit(passing);
  return passing;
}

test("lets in as many as it has places, in the order in which they came", () => {
  const gate = new Gate(2);
  const entered: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) admit(gate, name, entered);
  expect([entered, gate.waiting]).toEqual([["a", "b"], 3]);

  gate.leave();
  gate.leave();
  admit(gate, "f", entered);
  gate.leave();

  expect([entered, gate.waiting]).toEqual([["a", "b", "c", "d", "e"], 1]);
});

test("one that is dropped while it waits does not enter, and takes no place", () => {
  const gate = new Gate(1);
  const entered: string[] = [];
  const first = admit(gate, "a", entered);
  const second = admit(gate, "b", entered);
  admit(gate, "c", entered);

  expect([gate.drop(first), gate.drop(second), gate.drop(second)]).toEqual([false, true, false]);
  gate.leave();
  gate.leave();
  admit(gate, "d", entered);

  expect(entered).toEqual(["a", "c", "d"]);
});

test("a long queue of such as leave at once is no deep stack", () => {
  const gate = new Gate(1);
  let entered = 0;
  gate.admit({ enter: () => {} });
  const passing = Array.from({ length: 100_000 }, () => ({
    enter: () => {
      entered += 1;
      gate.leave();
    },
  }));
  for (const one of passing) gate.admit(one);

  gate.leave();

  expect([entered, gate.waiting]).toEqual([100_000, 0]);
});
