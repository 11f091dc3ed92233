/**
 * What is promised of: shields.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const shields = {
  letters: "SH",
  title: "Shields",
  terms: "A **shielded** scope does not feel the cancellation of the scopes around it.",
  promises: {
    "SH-1": "inside a shield no cancel point throws for a cancelled outer scope, and the first one after it does",
    "SH-2": "a shielded scope is stopped by its own cancellation",
    "SH-3": "lifting a shield under a cancelled scope makes the next cancel point throw",
  },
} as const satisfies Area;
