import { expect, test } from "vitest";
import { BitRows } from "../src/kernel/bit-rows.ts";
import { random } from "../src/random.ts";
import { below } from "./random-numbers.ts";

/** Rows of bits, and sets that should be the same. */
class Table {
  readonly bits: BitRows = new BitRows();
  readonly #sets = new Map<number, Set<number>>();

  /** The set of a row, which has room in the table from then on. */
  set(row: number, width: number): Set<number> {
    this.bits.makeRoom(row, width);
    const set = this.#sets.get(row) ?? new Set();
    this.#sets.set(row, set);
    return set;
  }
}

/** Does something to a row, and the same to its set. */
type Change = (table: Table, other: Table, row: number, bit: number, width: number) => void;

const changes: readonly Change[] = [
  ({ bits }, _other, row) => bits.clear(row),
  ({ bits }, _other, row, bit) => bits.delete(row, bit),
  ({ bits }, _other, row, bit) => bits.add(row, bit),
  ({ bits }, other, row, bit) => bits.addAll(row, other.bits, bit % 40),
  ({ bits }, other, row) => bits.setDifference(row, other.bits, bits),
];

const models: readonly Change[] = [
  (table, _other, row, _bit, width) => table.set(row, width).clear(),
  (table, _other, row, bit, width) => void table.set(row, width).delete(bit),
  (table, _other, row, bit, width) => void table.set(row, width).add(bit),
  (table, other, row, bit, width) => {
    for (const each of other.set(bit % 40, width)) table.set(row, width).add(each);
  },
  (table, other, row, _bit, width) => {
    const set = table.set(row, width);
    const left = other.set(row, width).difference(set);
    set.clear();
    for (const each of left) set.add(each);
  },
];

test("rows of bits do what sets of numbers do, also when they grow", () => {
  const chance = random(11);
  const tables = [new Table(), new Table()] as const;
  const wrong: string[] = [];
  let width = 4;

  for (let turn = 0; turn < 20_000; turn++) {
    if (turn % 5_000 === 4_999) width *= 5;
    const [table, other] = below(chance, 2) === 0 ? tables : ([tables[1], tables[0]] as const);
    const rows = 40 + Math.floor(turn / 100);
    const [row, bit, from] = [below(chance, rows), below(chance, width), below(chance, width + 40)];
    for (const each of tables) for (const used of [row, bit % 40]) each.set(used, width);
    // Adding is what most do, or there would be little in the rows.
    const at = Math.min(below(chance, 9), 6) % changes.length;
    changes[at]?.(table, other, row, bit, width);
    models[at]?.(table, other, row, bit, width);

    const expected = [...table.set(row, width)].toSorted((left, right) => left - right);
    const { bits } = table;
    if (String(bits.list(row)) !== String(expected)) wrong.push(`turn ${turn}: all of row ${row}`);
    if (bits.next(row, from) !== (expected.find((each) => each >= from) ?? -1))
      wrong.push(`turn ${turn}: from ${from}`);
    if (bits.has(row, bit) !== expected.includes(bit)) wrong.push(`turn ${turn}: whether it has ${bit}`);
  }

  expect(wrong.slice(0, 3)).toEqual([]);
  expect(width).toBe(2_500);
});

test("there is room at once for many more rows and bits than before, and what was there stays", () => {
  const rows = new BitRows();
  rows.makeRoom(3, 32);
  rows.add(3, 31);

  rows.makeRoom(500, 32);
  rows.add(500, 0);
  rows.makeRoom(0, 1_000);
  rows.add(0, 999);

  expect([0, 3, 4, 500].map((row) => rows.list(row))).toEqual([[999], [31], [], [0]]);
});
