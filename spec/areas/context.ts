/**
 * What is promised of: context.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const context = {
  letters: "CX",
  title: "Context",
  terms:
    "The **context** is what a piece of code is running in: its task and the scopes round it. It follows the code through " +
    "awaits.",
  promises: {
    "CX-1": "two installed copies of the package see each other's tasks",
    "CX-2": "a callback that fires on a resource an owner opened runs in no borrower's context",
    "CX-3": "the stores of other AsyncLocalStorages are seen in tasks and scopes as they would be without them",
  },
} as const satisfies Area;
