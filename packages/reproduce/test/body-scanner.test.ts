import { expect, test } from "vitest";
import { BodyScanner, ByteScanner, type Finding, type Signature } from "../src/body-scanner.ts";

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

test.each<[string, string, Uint8Array, boolean]>([
  ["a replacement character in bytes that are none", "\u{FFFD}", Uint8Array.of(0x61, 0xff), true],
  ["half a pair nowhere, not even in a replacement character", "\uD800", bytes("\u{FFFD}"), false],
  ["a mark that the body begins with", "\u{FEFF}scope", bytes("\u{FEFF}scope"), true],
  ["nothing that begins inside a character", "\u{80}", bytes("\u{1F600}"), false],
])("finds %s, in one piece and in parts", (_what, signature, body, isHit) => {
  const whole = new ByteScanner(signature).find(Buffer.from(body), "");
  const parts = scan(
    signature,
    Array.from(body, (byte) => Uint8Array.of(byte)),
  );

  expect([whole.isHit, parts.isHit]).toEqual([isHit, isHit]);
});

test("one body after another is read in its own charset", () => {
  const scanner = new ByteScanner("é");
  const [latin, utf8] = [Buffer.from("é", "latin1"), Buffer.from("é")];

  const found = [
    scanner.find(utf8, "text/plain"),
    scanner.find(latin, "text/plain; charset=latin1"),
    scanner.find(utf8, "text/plain"),
    scanner.find(latin, "text/plain"),
  ];

  expect(found.map(({ isHit }) => isHit)).toEqual([true, true, true, false]);
});

function scan(signature: Signature, chunks: readonly Uint8Array[]): Finding {
  const scanner = new BodyScanner(signature);
  for (const chunk of chunks) scanner.push(chunk);
  return scanner.end();
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
