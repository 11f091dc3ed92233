/**
 * The title of a test that proves a promise of spec/requirements.ts.
 *
 * @module
 */
import { requirements, type RequirementId } from "./requirements.ts";

/**
 * Returns the title `TG-4: <promise>`, and by standing in a test claims the id.
 *
 * Write the id as a literal: the architecture test finds claims by reading the tests, not by running them.
 */
export function covers(id: RequirementId): string {
  return `${id}: ${requirements[id]}`;
}
