import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BodyScanner } from "../src/body-scanner.ts";

/** A body, some text that is often in it, and places in its bytes to cut at, those inside a character included. */
const cutBodies = fc
  .record({
    text: fc.oneof(
      fc.string({ unit: fc.constantFrom("a", "b", "é", "\u{1F600}"), maxLength: 60 }),
      fc.string({ unit: "binary" }),
    ),
    other: fc.string({ unit: fc.constantFrom("a", "b", "é", "\u{1F600}"), minLength: 1, maxLength: 4 }),
    cuts: fc.array(fc.nat(200)),
    from: fc.nat(),
    length: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ text, other, cuts, from, length }) => {
    const characters = Array.from(text);
    const start = from % (characters.length + 1);
    const part = characters.slice(start, start + length).join("");
    return { text, cuts, signature: from % 3 === 0 || part === "" ? other : part };
  });

test("text is found exactly where the body has it, whatever the cuts", () => {
  fc.assert(
    fc.property(cutBodies, ({ text, cuts, signature }) => {
      const scanner = new BodyScanner(signature);

      for (const chunk of cut(text, cuts)) scanner.push(chunk);

      expect(scanner.end().isHit).toBe(text.includes(signature));
    }),
    { numRuns: 500 },
  );
});

test("an expression is found exactly where the body has it, whatever the cuts and its flags", () => {
  fc.assert(
    fc.property(cutBodies, fc.constantFrom("", "g", "u", "gu"), ({ text, cuts, signature }, flags) => {
      const expression = new RegExp(RegExp.escape(signature), flags);
      const scanners = [new BodyScanner(expression), new BodyScanner(expression)];

      for (const chunk of cut(text, cuts)) for (const scanner of scanners) scanner.push(chunk);

      const isThere = text.includes(signature);
      expect(scanners.map((scanner) => scanner.end().isHit)).toEqual([isThere, isThere]);
    }),
    { numRuns: 500 },
  );
});

function cut(text: string, cuts: readonly number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const places = [0, ...cuts.map((place) => Math.min(place, bytes.length)), bytes.length].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}
