/**
 * Tools of one's own: a function, and a schema for what the model may pass to it.
 *
 * @module
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { JsonSchema, ToolDefinition } from "@holdfast/mcp";
import { jsonSchemaOf, validateInput } from "./input-schema.ts";
import { checkTimeout } from "./limits.ts";

/** What a tool is told of the call. */
export interface ToolContext {
  /** Aborts when the call is cancelled or runs out of time: for `fetch` and others that know nothing of scopes. */
  readonly signal: AbortSignal;
  readonly toolCallId: string;
}

/** A tool of one's own; {@link tool} makes one. */
export interface Tool extends ToolDefinition {
  /** Milliseconds that a call may take; `null` for no limit, absent for that of the agent. */
  readonly timeout?: number | null;
  /**
   * Checks the input and runs the tool.
   *
   * **Cancellation:** that of the tool's function.
   *
   * @throws {@link ToolInputError} for an input that does not fit; otherwise what the function throws.
   */
  call(input: unknown, context: ToolContext): Promise<unknown>;
}

/** Options of {@link tool}. */
export interface ToolOptions<S extends StandardSchemaV1> {
  readonly name: string;
  /** For the model: when to call it, and what it gives. */
  readonly description?: string;
  /** The arguments, as any Standard Schema. The model's input is checked against it. */
  readonly input: S;
  /**
   * Does the work, in the task of the call. Gives a string, or anything that JSON can carry. An error becomes a result
   * for the model, unless it says that tasks were misused or a connection is gone.
   */
  readonly run: (input: StandardSchemaV1.InferOutput<S>, context: ToolContext) => unknown;
  /** The JSON Schema of the arguments, for a schema that cannot give its own. */
  readonly jsonSchema?: JsonSchema;
  /** Milliseconds that a call may take; `null` for no limit, absent for that of the agent. */
  readonly timeout?: number | null;
}

/**
 * Makes a tool of a function.
 *
 * The model is told the JSON Schema that the Standard Schema gives of itself (zod and arktype can), or `jsonSchema`.
 *
 * @throws {@link TypeError} when there is neither, when the input is no object, or without a name; {@link RangeError}
 * for a timeout that is negative or not a number.
 *
 * ```ts run
 * import { tool } from "@holdfast/agent";
 * import { type } from "arktype";
 * const add = tool({ name: "add", input: type({ left: "number", right: "number" }), run: ({ left, right }) => left + right });
 * const context = { toolCallId: "1", signal: new AbortController().signal };
 * await add.call({ left: 1, right: 2 }, context); // => 3
 * ```
 */
export function tool<S extends StandardSchemaV1>(options: ToolOptions<S>): Tool {
  const { name, description, input, run, jsonSchema, timeout } = options;
  if (typeof name !== "string" || name === "") throw new TypeError("a tool needs a name");
  if (typeof run !== "function") throw new TypeError(`tool "${name}" needs a function to run, and has ${typeof run}`);
  return Object.freeze({
    name,
    ...(description === undefined ? {} : { description }),
    inputSchema: jsonSchemaOf(name, input, jsonSchema),
    ...(timeout === undefined ? {} : { timeout: checkTimeout("timeout", timeout) }),
    call: async (given: unknown, context: ToolContext) => await run(await validateInput(name, input, given), context),
  });
}
