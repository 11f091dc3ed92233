/**
 * The schemas of what tools give, each compiled once a generation, when its tool first gives something.
 *
 * @module
 */
import type { CallToolResult, JsonSchemaType, JsonSchemaValidator, Tool } from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";

/** The longest complaint that goes into a message. */
const LONGEST_COMPLAINT = 200;

type Check = (value: unknown) => string | undefined;

export class OutputSchemas {
  /** One engine a generation: schemas of two servers may bear the same `$id`. */
  readonly #validator = new AjvJsonSchemaValidator();
  readonly #checks = new WeakMap<Tool, Check>();
  /** By the schema's text: a tool that is listed again has the same one, as a rule. */
  readonly #compiled = new Map<string, Check>();

  /** What is wrong with a result, in words; undefined when nothing is. A tool that says that it failed need not fit. */
  complaint(tool: Tool, { structuredContent, isError }: CallToolResult): string | undefined {
    if (tool.outputSchema === undefined || isError === true) return undefined;
    if (structuredContent === undefined) return "it gave no structured content, and has an output schema";
    return this.#checkOf(tool, tool.outputSchema as JsonSchemaType)(structuredContent);
  }

  #checkOf(tool: Tool, schema: JsonSchemaType): Check {
    const known = this.#checks.get(tool);
    if (known !== undefined) return known;
    const text = JSON.stringify(schema);
    const check = this.#compiled.get(text) ?? this.#compile(schema);
    this.#compiled.set(text, check);
    this.#checks.set(tool, check);
    return check;
  }

  #compile(schema: JsonSchemaType): Check {
    let validate: JsonSchemaValidator<unknown>;
    try {
      validate = this.#validator.getValidator(schema);
    } catch (error) {
      const found = `its output schema cannot be used: ${quoted(String(error))}; validateOutput: false does without`;
      return () => found;
    }
    return (value) => {
      const { valid, errorMessage } = validate(value);
      if (valid) return undefined;
      // They are joined, and each but the first begins with the place it is about.
      const [first = ""] = (errorMessage ?? "").split(", data");
      return `what it gave does not fit its output schema: ${quoted(first)}`;
    };
  }
}

/** Quoted as JSON, because the text may hold the server's control characters. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST_COMPLAINT));
}
