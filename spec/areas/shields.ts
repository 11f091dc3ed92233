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
    "SH-4": "leaving a shield is no cancel point",
    "SH-5": "lifting a shield ends the waits that are under way inside it, down to the next shield",
    "SH-6": "a shield is true or false: setting it to anything else throws a `TypeError` and changes nothing",
    "SH-7": "a wait that a shield was raised for just in time goes on, and is cancelled when the shield is lifted",
  },
} as const satisfies Area;
