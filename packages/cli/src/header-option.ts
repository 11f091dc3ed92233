/**
 * The option `--header`, which several commands have.
 *
 * @module
 */
import { UsageError } from "./console.ts";

/** Adds a line `name: value` to the headers that were read before it. */
export function addHeader(line: string, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, value] = /^([^:\s]+)\s*:\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`--header takes "name: value", and "${line}" is not of that form`);
  return { ...headers, [name]: value };
}
