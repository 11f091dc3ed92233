/**
 * What a caller is told while an answer is being found.
 *
 * @module
 */

/** What goes on, and what weakens the answer. */
export type FindFixProgress =
  | { readonly kind: "step"; readonly step: "read" | "compare" | "answer" }
  /** A clone or a fetch; `percent` is a whole number that never falls, null until the server says how much there is. */
  | { readonly kind: "transfer"; readonly transfer: "clone" | "fetch"; readonly percent: number | null }
  | { readonly kind: "warning"; readonly text: string };
