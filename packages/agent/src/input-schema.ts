/**
 * Standard Schema at work: the JSON Schema that the model is told, and the check of what the model then sends.
 *
 * @module
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { JsonSchema } from "@holdfast/mcp";
import { type InputIssue, ToolInputError } from "./errors.ts";

/** The dialects to ask for, best first: providers are written against draft 7, which the model interface names too. */
const targets = ["draft-07", "draft-2020-12"] as const;

/**
 * The JSON Schema of a tool's input: the given one, else what the schema says of itself.
 *
 * @throws {@link TypeError} when there is none, or when it describes something else than an object.
 */
export function jsonSchemaOf(toolName: string, input: StandardSchemaV1, given: JsonSchema | undefined): JsonSchema {
  if (typeof (input as Partial<StandardSchemaV1> | undefined)?.["~standard"]?.validate !== "function") {
    throw new TypeError(
      `the input of tool "${toolName}" is no Standard Schema; give one, of zod or arktype for example, not a JSON Schema`,
    );
  }
  const schema = given ?? converted(toolName, input);
  if (schema["type"] !== undefined && schema["type"] !== "object") {
    throw new TypeError(`the input of tool "${toolName}" must be an object, and its schema has ${describe(schema)}`);
  }
  return schema;
}

/**
 * Checks an input and gives what the schema makes of it.
 *
 * **Cancellation:** a schema that validates asynchronously is not told.
 *
 * @throws {@link ToolInputError} with every issue.
 */
export async function validateInput<S extends StandardSchemaV1>(
  toolName: string,
  schema: S,
  input: unknown,
): Promise<StandardSchemaV1.InferOutput<S>> {
  const result = await schema["~standard"].validate(input);
  if (result.issues !== undefined) throw new ToolInputError(toolName, result.issues.map(issueOf));
  return result.value;
}

function converted(toolName: string, input: StandardSchemaV1): JsonSchema {
  const { jsonSchema } = input["~standard"] as Partial<StandardJSONSchemaV1.Props>;
  let cause: unknown;
  for (const target of jsonSchema === undefined ? [] : targets) {
    try {
      return (jsonSchema as StandardJSONSchemaV1.Converter).input({ target });
    } catch (error) {
      cause ??= error;
    }
  }
  const { vendor } = input["~standard"];
  throw new TypeError(`the ${vendor} schema of tool "${toolName}" gives no JSON Schema; write one as jsonSchema`, {
    cause,
  });
}

function issueOf({ message, path = [] }: StandardSchemaV1.Issue): InputIssue {
  const keys = path.map((segment) => String(typeof segment === "object" ? segment.key : segment));
  return { path: keys.join("."), message };
}

function describe(schema: JsonSchema): string {
  return `the type ${JSON.stringify(schema["type"])}`;
}
