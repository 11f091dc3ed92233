import { expect, test } from "vitest";
import { BodyScanner, type Finding, type Signature } from "../src/body-scanner.ts";

test("finds text that is cut into single bytes", () => {
  const chunks = Array.from(bytes("Fehler: öffnen"), (byte) => Uint8Array.of(byte));

  const finding = scan("öffnen", chunks);

  expect(finding.isHit).toBe(true);
});

test("finds a signature of one character in a later chunk", () => {
  const finding = scan("!", ["a", "b!"].map(bytes));

  expect(finding.isHit).toBe(true);
});

test("does not make a match of the end of one chunk and a chunk further on", () => {
  const finding = scan("cancel scope", ["cancel ", "the ", "scope"].map(bytes));

  expect(finding.isHit).toBe(false);
});

test.each(["", "g", "y", "gy"])("applies an expression with the flags '%s' afresh to each body", (flags) => {
  const signature = new RegExp("cancel (scope|task)", flags);
  signature.lastIndex = 5;

  const findings = [1, 2, 3].map(() => scan(signature, [bytes("cancel task")]));

  expect(findings.map(({ isHit }) => isHit)).toEqual([true, true, true]);
  expect(signature.lastIndex).toBe(5);
});

test("shows an expression 1 Mi characters, and says when the body was longer", () => {
  const limit = 1_048_576;

  const within = scan(/x$/, [bytes("-".repeat(limit - 1)), bytes("x")]);
  const beyond = scan(/y/, [bytes("-".repeat(limit - 1)), bytes("xy")]);

  expect(within).toMatchObject({ isHit: true, isCut: false });
  expect(beyond).toMatchObject({ isHit: false, isCut: true });
});

test("looks for text in the whole body, and says so", () => {
  const finding = scan("xy", [bytes("-".repeat(2_000_000)), bytes("xy")]);

  expect(finding).toMatchObject({ isHit: true, isCut: false });
});

test("keeps the first 400 characters as the sample, without half of a pair", () => {
  const whole = scan("x", ["a".repeat(300), "b".repeat(300)].map(bytes));
  const halved = scan("x", ["a".repeat(399), "\u{1F600}", "b"].map(bytes));

  expect(whole.sample).toBe("a".repeat(300) + "b".repeat(100));
  expect(halved.sample).toBe("a".repeat(399));
});

test("reads bytes that are not UTF-8 as replacement characters", () => {
  const finding = scan("scope", [Uint8Array.of(0xff), bytes("scope"), Uint8Array.of(0xc3)]);

  expect(finding).toEqual({ isHit: true, isCut: false, sample: "\u{FFFD}scope\u{FFFD}" });
});

function scan(signature: Signature, chunks: readonly Uint8Array[]): Finding {
  const scanner = new BodyScanner(signature);
  for (const chunk of chunks) scanner.push(chunk);
  return scanner.end();
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
