import * as fc from "fast-check";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { HttpLimitError } from "../../src/http/http-failure.ts";
import { SseParser } from "../../src/http/sse-parser.ts";

type Told = ["event", string, string] | ["id", string] | ["retry", number];

function parse(chunks: readonly Buffer[], limit = 1_000): Told[] {
  const told: Told[] = [];
  const parser = new SseParser(
    {
      sseEvent: (data, type) => told.push(["event", type, data]),
      sseId: (id) => told.push(["id", id]),
      sseRetry: (delay) => told.push(["retry", delay]),
    },
    limit,
  );
  for (const chunk of chunks) parser.push(chunk);
  return told;
}

/** The specification's algorithm, on the whole text: https://html.spec.whatwg.org/multipage/server-sent-events.html. */
function reference(bytes: Buffer): Told[] {
  const told: Told[] = [];
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  lines.pop();
  let data = "";
  let type = "";
  let id: string | undefined;
  for (const line of lines) {
    if (line === "") {
      if (id !== undefined) told.push(["id", id]);
      if (data !== "") told.push(["event", type === "" ? "message" : type, data.slice(0, -1)]);
      [data, type, id] = ["", "", undefined];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data += `${value}\n`;
    if (field === "event") type = value;
    if (field === "id" && !value.includes("\0")) id = value;
    if (field === "retry" && /^[0-9]+$/.test(value)) told.push(["retry", Number(value)]);
  }
  return told;
}

const field = fc.constantFrom(
  "data",
  "event",
  "id",
  "retry",
  "",
  "da",
  "datum",
  "dat",
  "x",
  "\uFEFFdata",
  "ida",
  "retr",
);
const value = fc.oneof(
  fc.constantFrom("", " ", "  two", "12", "-1", "1.5", "a\0b", "\uFEFF", ":", "message", "é€😀", "{}"),
  fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => text.replaceAll(/[\r\n]/g, "")),
);
const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(field, fc.constantFrom(":", ": ", ""), value).map((parts) => Buffer.from(parts.join(""))),
  },
  { weight: 4, arbitrary: fc.constant(Buffer.alloc(0)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
);
const ending = fc.constantFrom("\n", "\r", "\r\n", "\n\r").map((text) => Buffer.from(text));
const stream = fc
  .tuple(
    fc.constantFrom("", "\uFEFF", "\uFEFF\uFEFF", "\uFEFF\n"),
    fc.array(fc.tuple(line, ending), { maxLength: 12 }),
    fc.oneof(fc.constant(Buffer.alloc(0)), line),
  )
  .map(([mark, lines, rest]) => Buffer.concat([Buffer.from(mark), ...lines.flat(), rest]));

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return places.map((place, index) => bytes.subarray(places[index - 1] ?? 0, place));
}

test(covers("MH-17"), () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (bytes, cuts) => {
      const expected = reference(bytes);

      expect(parse(split(bytes, cuts))).toEqual(expected);
      expect(parse([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["a line that never ends", "data: aaaaaaaaaaaaaaaaaaaaaaaa"],
  ["a comment that never ends", ": aaaaaaaaaaaaaaaaaaaaaaaaaa"],
  ["many lines of one event", "data: aaaaaaaa\ndata: aaaaaaaa\n"],
  ["many empty lines of one event", "data\n".repeat(30)],
])("%s is too long", (_what, text) => {
  const bytes = Buffer.from(text);

  expect(() => parse([bytes], 16)).toThrow(HttpLimitError);
  expect(() =>
    parse(
      [...bytes].map((byte) => Buffer.from([byte])),
      16,
    ),
  ).toThrow(HttpLimitError);
});

test("what is kept to its limit may go on for ever", () => {
  const bytes = Buffer.from(": a comment\n\ndata: eight ch\n\nevent: abc\nid: 123\n\n".repeat(100));

  expect(parse(split(bytes, [1, 33, 150, 151, 152, 700]), 16)).toEqual(reference(bytes));
});

test("an event that stops the parser is the last, also of its chunk", () => {
  const told: string[] = [];
  const parser = new SseParser(
    {
      sseEvent: (data) => {
        told.push(data);
        parser.stop();
      },
      sseId: () => {},
      sseRetry: () => {},
    },
    100,
  );

  parser.push(Buffer.from("data: 1\n\ndata: 2\n\nda"));
  parser.push(Buffer.from("ta: 3\n\n"));

  expect(told).toEqual(["1"]);
});
