/**
 * What differs from request to request: placeholders in the URL, the headers and the body.
 *
 * @module
 */
import { randomUUID } from "node:crypto";

const placeholder = /\{\{(i|n|uuid)\}\}/g;

/** Whether a text has a placeholder in it. */
export function isTemplate(text: string): boolean {
  return text.search(placeholder) !== -1;
}

/**
 * Puts values in place of `{{i}}`, the number of the request within its level, `{{n}}`, its number within the whole
 * reproduction, both from 0, and `{{uuid}}`, another one in each place. Other braces stay as they are.
 */
export function fillIn(text: string, i: number, n: number): string {
  return text.replace(placeholder, (_whole, name: string) => {
    if (name === "uuid") return randomUUID();
    return String(name === "i" ? i : n);
  });
}
