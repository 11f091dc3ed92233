/**
 * Checks of the tools as they are listed.
 *
 * @module
 */
import { fromJsonSchema, type JsonSchemaType, type Tool } from "@modelcontextprotocol/client";
import { currentTime } from "@holdfast/concurrency";
import { fail, inMs, ok, quoted, skipped, warn } from "./examination.ts";
import type { Check } from "./patient.ts";

export const NO_TOOLS = "the server says that it has no tools";

export const listCheck: Check = {
  name: "list",
  otherwise: "no model can be told of its tools",
  async look(patient) {
    if (!patient.hasTools) return skipped(NO_TOOLS);
    const { connection, transport } = patient.main;
    const begun = currentTime();
    const lists = await Promise.all(Array.from({ length: patient.parallel }, () => connection.listTools()));
    const took = currentTime() - begun;
    patient.tools = lists[0] ?? [];
    const count = patient.tools.length;
    const requests = transport.count("tools/list");
    const found = `${count} ${count === 1 ? "tool" : "tools"} in ${inMs(took)}; ${lists.length} who asked at once cost ${requests} ${requests === 1 ? "request" : "requests"}`;
    return count > 0 ? ok(found) : warn(found, "an agent that is given this server has nothing to call");
  },
};

export const schemasCheck: Check = {
  name: "schemas",
  otherwise: "nobody can tell which arguments the tools take",
  look({ tools, hasTools }) {
    if (!hasTools || tools.length === 0) return Promise.resolve(skipped("there are no tools"));
    const faults = tools.flatMap(faultsOf);
    const [first = ""] = faults;
    const outputs = tools.filter(({ outputSchema }) => outputSchema !== undefined).length;
    const finding =
      faults.length === 0
        ? ok(`all compile; ${outputs} of ${tools.length} tools say what they give`)
        : fail(
            `${faults.length} of ${tools.length + outputs} do not compile: ${first}`,
            "clients that check arguments or results refuse the calls of these tools, some the whole list",
          );
    return Promise.resolve(finding);
  },
};

function faultsOf({ name, inputSchema, outputSchema }: Tool): string[] {
  return [
    ...faultOf(`the input schema of ${quoted(name)}`, inputSchema),
    ...(outputSchema === undefined ? [] : faultOf(`the output schema of ${quoted(name)}`, outputSchema)),
  ];
}

function faultOf(what: string, schema: object): string[] {
  try {
    fromJsonSchema(schema as JsonSchemaType);
    return [];
  } catch (error) {
    return [`${what}: ${quoted(error instanceof Error ? error.message : String(error))}`];
  }
}
