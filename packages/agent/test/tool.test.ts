import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type } from "arktype";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { tool, type JsonSchema, type ToolContext } from "../src/index.ts";
import { rejectionOf } from "./models.ts";

const context: ToolContext = { toolCallId: "1", signal: new AbortController().signal };
const objectSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  properties: { service: { type: "string" } },
  required: ["service"],
};

/** A Standard Schema without a JSON Schema, that validates asynchronously. */
const handWritten: StandardSchemaV1<unknown, { service: string }> = {
  "~standard": {
    version: 1,
    vendor: "hand",
    validate: async (value) => {
      const { service } = (await Promise.resolve(value)) as { service?: unknown };
      if (typeof service === "string") return { value: { service: service.toUpperCase() } };
      return { issues: [{ message: "must be text", path: [{ key: "service" }] }, { message: "look again" }] };
    },
  },
};

test.each([
  ["zod", z.object({ service: z.string() })],
  ["arktype", type({ service: "string" })],
] as const)("takes the JSON Schema that a schema of %s gives of itself", (_vendor, input) => {
  const search = tool({ name: "search", description: "Finds logs.", input, run: () => 1 });

  expect(search).toMatchObject({ name: "search", description: "Finds logs.", inputSchema: objectSchema });
});

test("infers the argument of the function from the schema", async () => {
  const input = z.object({ lines: z.string().transform(Number) });
  const run = (given: { lines: number }): number => given.lines;

  const count = tool({
    name: "count",
    input,
    run: (given) => {
      expectTypeOf(given).toEqualTypeOf<{ lines: number }>();
      return run(given);
    },
  });

  expect(await count.call({ lines: "12" }, context)).toBe(12);
});

test("takes a hand-written schema with a JSON Schema beside it, and passes on what validation makes of the input", async () => {
  const search = tool({ name: "search", input: handWritten, jsonSchema: objectSchema, run: ({ service }) => service });

  expect(search.inputSchema).toBe(objectSchema);
  expect(await search.call({ service: "checkout" }, context)).toBe("CHECKOUT");
});

test("rejects input that does not fit with every issue, its path as keys joined by dots", async () => {
  const search = tool({ name: "search", input: handWritten, jsonSchema: objectSchema, run: () => 1 });

  const error = await rejectionOf(search.call({ service: 1 }, context));

  expect(error).toMatchObject({
    code: "AGENT_TOOL_INPUT",
    message: 'the input of tool "search" is not valid: service: must be text',
    issues: [
      { path: "service", message: "must be text" },
      { path: "", message: "look again" },
    ],
  });
});

test.each([
  ["a bare JSON Schema", { type: "object" }],
  ["nothing", undefined],
  ["a half schema", { "~standard": { version: 1 } }],
])("refuses %s as an input", (_what, input) => {
  expect(() => tool({ name: "search", input: input as never, run: () => 1 })).toThrow(
    new TypeError(
      'the input of tool "search" is no Standard Schema; give one, of zod or arktype for example, not a JSON Schema',
    ),
  );
});

test("refuses a schema that gives no JSON Schema, with the vendor's reason as the cause", () => {
  const dates = z.object({ at: z.date() });

  expect(() => tool({ name: "search", input: handWritten, run: () => 1 })).toThrow(
    new TypeError('the hand schema of tool "search" gives no JSON Schema; write one as jsonSchema'),
  );
  expect(() => tool({ name: "search", input: dates, run: () => 1 })).toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringContaining("Date") }) }),
  );
});

test("asks for the newer dialect when a schema does not speak the older one", () => {
  const newer = {
    "~standard": {
      ...handWritten["~standard"],
      jsonSchema: {
        input: ({ target }: { target: string }): Record<string, unknown> => {
          if (target !== "draft-2020-12") throw new Error(`no ${target}`);
          return { type: "object" };
        },
      },
    },
  };

  const search = tool({ name: "search", input: newer, run: () => 1 });

  expect(search.inputSchema).toEqual({ type: "object" });
});

test("takes a choice between objects, which has no type of its own", () => {
  const input = z.union([z.object({ id: z.string() }), z.object({ name: z.string() })]);

  const search = tool({ name: "search", input, run: () => 1 });

  expect(search.inputSchema).toMatchObject({ anyOf: [{ type: "object" }, { type: "object" }] });
});

test("refuses input that is no object, a missing name or function, and a timeout that is none", () => {
  const input = z.object({});

  expect(() => tool({ name: "search", input: z.string(), run: () => 1 })).toThrow(
    new TypeError('the input of tool "search" must be an object, and its schema has the type "string"'),
  );
  expect(() => tool({ name: "", input, run: () => 1 })).toThrow(TypeError);
  expect(() => tool({ name: "a", input, run: undefined as unknown as () => 1 })).toThrow(TypeError);
  expect(() => tool({ name: "a", input, timeout: -1, run: () => 1 })).toThrow(RangeError);
});

test("hands the function the context of the call", async () => {
  const echo = tool({ name: "echo", input: z.object({}), run: (_input, given) => given });

  expect(await echo.call({}, context)).toBe(context);
});
