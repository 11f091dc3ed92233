import { isJSONRPCErrorResponse, isJSONRPCResultResponse } from "@modelcontextprotocol/client";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { isAnswer, looksLikeAnswer, readMessages } from "../../src/http/messages.ts";

const odd = fc.constantFrom<unknown>(
  null,
  "",
  "a",
  0,
  1.5,
  -1,
  1e300,
  true,
  [],
  {},
  { _meta: {} },
  { _meta: 1 },
  { _meta: null },
);
const result = fc.oneof(
  odd,
  fc.record({ content: fc.constant([]), _meta: odd }, { requiredKeys: [] }),
  fc.record({ _meta: fc.record({ progressToken: odd }) }),
);
const error = fc.oneof(
  odd,
  fc.record(
    { code: fc.oneof(odd, fc.integer()), message: fc.oneof(odd, fc.string()), data: odd },
    { requiredKeys: [] },
  ),
);
const candidate = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 5, arbitrary: fc.constant("2.0") }, odd),
    id: fc.oneof(fc.integer(), fc.string(), odd),
    result,
    error,
    method: odd,
    extra: odd,
  },
  { requiredKeys: [] },
);

test(covers("MH-21"), () => {
  fc.assert(
    fc.property(candidate, (value) => {
      const [message] = readMessages(JSON.stringify(value));

      expect(isAnswer(message)).toBe(isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message));
      expect(isAnswer(message) && !looksLikeAnswer(message)).toBe(false);
    }),
    { numRuns: 3_000 },
  );
});
