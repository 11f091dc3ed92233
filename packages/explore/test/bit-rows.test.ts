import { expect, test } from "vitest";
import { BitRows } from "../src/kernel/bit-rows.ts";
import { random } from "../src/random.ts";
import { below } from "./random-numbers.ts";

test("rows of bits do what sets of numbers do, also when they grow", () => {
  const chance = random(11);
  const [bits, others] = [new BitRows(), new BitRows()];
  const [sets, otherSets] = [[], []] as Set<number>[][];
  let width = 4;
  const wrong: string[] = [];

  for (let turn = 0; turn < 20_000; turn++) {
    if (turn % 5_000 === 4_999) width *= 5;
    const [row, bit] = [below(chance, 200), below(chance, width)];
    for (const [rows, model] of [
      [bits, sets],
      [others, otherSets],
    ] as const) {
      rows.makeRoom(row, width);
      model[row] ??= (rows.clear(row), new Set());
    }
    const other = below(chance, sets.length);
    const [set, otherSet] = [sets[row] as Set<number>, otherSets[other] ?? new Set<number>()];
    const step = below(chance, 7);
    if (step === 0) bits.clear(row);
    else if (step === 1) bits.delete(row, bit);
    else if (step === 2 && sets[other] !== undefined) bits.addAll(row, others, other);
    else if (step === 3) bits.setDifference(row, others, bits);
    else bits.add(row, bit);
    if (step === 5) others.add(row, bit);

    if (step === 0) set.clear();
    else if (step === 1) set.delete(bit);
    else if (step === 2 && sets[other] !== undefined) for (const each of otherSet) set.add(each);
    else if (step === 3) sets[row] = (otherSets[row] as Set<number>).difference(set);
    else set.add(bit);
    if (step === 5) otherSets[row]?.add(bit);

    const expected = [...(sets[row] as Set<number>)].toSorted((left, right) => left - right);
    const from = below(chance, width + 40);
    if (String(bits.list(row)) !== String(expected)) wrong.push(`turn ${turn}: all of row ${row}`);
    if (bits.next(row, from) !== (expected.find((each) => each >= from) ?? -1))
      wrong.push(`turn ${turn}: from ${from}`);
    if (bits.has(row, bit) !== expected.includes(bit)) wrong.push(`turn ${turn}: has ${bit}`);
  }

  expect(wrong.slice(0, 3)).toEqual([]);
  expect(width).toBe(2_500);
});
