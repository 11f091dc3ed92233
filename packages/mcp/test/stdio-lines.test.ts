import { describe, expect, test } from "vitest";
import { LineReader } from "../src/stdio/line-reader.ts";
import { idOfLongLine } from "../src/stdio/messages.ts";
import { TailBuffer } from "../src/stdio/tail-buffer.ts";

describe("lines", () => {
  test.each([1, 2, 3, 5, 7, 1_000])("lines are the same in chunks of %i bytes", (size) => {
    const lines = ["größer", "", "🐘\r", "{}", "a longer line with é and 🐘 in it"];
    const bytes = Buffer.from(`${lines.join("\n")}\nrest`);
    const read: string[] = [];
    const reader = new LineReader(1_000, { onLine: (line) => read.push(line), onLongLine: () => {} });

    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));

    expect(read).toEqual(lines);
  });

  test.each([1, 7, 299, 2_000])(
    "a line over the limit is told by its ends, in chunks of %i bytes, and the next is whole",
    (size) => {
      const bytes = Buffer.from(`1234567890\nHEAD${"x".repeat(2_000)}TAIL\n12345678901\nfine\n`);
      const read: string[] = [];
      const long: string[][] = [];
      const reader = new LineReader(10, {
        onLine: (line) => read.push(line),
        onLongLine: (head, tail) => long.push([head.slice(0, 4), tail.slice(-4), `${tail.length}`]),
      });

      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));

      expect(read).toEqual(["1234567890", "fine"]);
      expect(long).toEqual([
        ["HEAD", "TAIL", "256"],
        ["1234", "8901", "11"],
      ]);
    },
  );

  test.each([
    ['{"jsonrpc":"2.0","id":7,"result":{', '"id":9}]}}', 7],
    ['{"id": 7, "error": {', "}}", 7],
    ['{"result":{"id":1', ',"jsonrpc":"2.0","id":7}', 7],
    ['{"result":{"id":1', ',"jsonrpc":"2.0", "id": 7 } \r', 7],
    ['{"jsonrpc":"2.0","result":"', String.raw`,\"id\":7}"}`, undefined],
    ['{"result":{', ',"x":{"id":7}}', undefined],
    ['{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage"', '"}}', "not an answer"],
    ['{"method":"notifications/x","params":{', ',"id":7}', "not an answer"],
    ['{"params":{', ',"method":"x","id":7}', undefined],
    ["listening on port 3000", '"id":7}', "not a message"],
  ])("of a long line that begins %s and ends %s the id is %s", (head, tail, id) => {
    const found = idOfLongLine(head, tail);

    expect(found).toBe(id);
  });
});

describe("the tail of a stream", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 100])("the last %i bytes are what is kept, whatever the chunks", (limit) => {
    const bytes = Buffer.from("abcdefghijklmnopqrstuvwxyz");
    for (const size of [1, 2, 3, 10, 26]) {
      const buffer = new TailBuffer(limit);

      for (let at = 0; at < bytes.length; at += size) buffer.push(bytes.subarray(at, at + size));

      expect(buffer.text()).toBe(bytes.toString().slice(-limit));
    }
  });

  test("what is kept is cut between characters, and empty for a limit of 0", () => {
    const cut = new TailBuffer(7);
    const none = new TailBuffer(0);

    cut.push(Buffer.from("🐘🐘é").subarray(0, 9));
    none.push(Buffer.from("x"));

    expect(cut.text()).toBe("🐘");
    expect(none.text()).toBe("");
  });
});
