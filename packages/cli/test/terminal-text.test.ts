import { expect, test } from "vitest";
import { terminalJson, terminalText } from "../src/terminal-text.ts";

test.each([
  ["clears the screen", "\u001b[2J", "\\u{1b}[2J"],
  ["writes over the line", "safe\rbad", "safe\\u{d}bad"],
  ["begins a new line", "a\nb\u2028c\u2029d", "a\\u{a}b\\u{2028}c\\u{2029}d"],
  ["opens a sequence in one byte", "\u009b2J", "\\u{9b}2J"],
  ["turns the direction", "\u202egpj.exe", "\\u{202e}gpj.exe"],
  ["is not seen", "a\u200bb\ufeff\u{e0041}", "a\\u{200b}b\\u{feff}\\u{e0041}"],
])("text that %s is shown as escapes", (_, text, shown) => {
  expect(terminalText(text)).toBe(shown);
});

test("words in any script, and emoji, stay as they are", () => {
  const text = "caf\u00e9 \u0448\u043a\u043e\u043b\u0430 \u5b66\u6821 \u{1f600}";

  expect(terminalText(text)).toBe(text);
});

test("JSON is one line in which nothing acts, and which reads back as it was", () => {
  const value = { body: "\u001b[2J\u009b\u202e\u2028\u{e0041}\n" };

  const line = terminalJson(value);

  expect(line).toMatch(/^[\x20-\x7e]+\n$/);
  expect(JSON.parse(line)).toEqual(value);
});
