/**
 * What the demo asks its agents, and what it is about.
 *
 * @module
 */
import { type ServiceName, serviceNames } from "./triage/shop.ts";

/** The question of every request: the same for all, so that lanes differ in nothing but their connection. */
export const question = "Why is checkout failing for some customers?";

/** The service that a text names first; checkout when it names none. */
export function serviceIn(text: string): ServiceName {
  const named = serviceNames.filter((name) => text.includes(name));
  return named.toSorted((a, b) => text.indexOf(a) - text.indexOf(b))[0] ?? "checkout";
}
