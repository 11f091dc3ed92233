/**
 * What an exploration found, in words.
 *
 * @module
 */
import type { Decision } from "./explain.ts";
import type { ExploredFacts } from "./explored.ts";
import { signatureOf } from "./failure-signature.ts";
import type { TraceAccess, TraceStep } from "./trace.ts";

/** The lines of an explanation. */
export function explanation(facts: ExploredFacts): string {
  const lines = [headline(facts)];
  if (facts.error !== undefined) lines.push(`  ${signatureOf(facts.error)}`);
  const { minimal, replay } = facts;
  if (minimal !== undefined) {
    lines.push(
      `  the order, without what does not matter (${minimal.departures} ${minimal.departures === 1 ? "departure" : "departures"} from taking turns${minimal.isSmallest ? ", none with fewer fails" : ""}):`,
    );
    lines.push(...stepLines(minimal.trace.steps));
    if (minimal.decision !== undefined) lines.push(...decisionLines(minimal.decision));
  }
  if (replay !== undefined) lines.push(`  replay ${replay}`);
  for (const limit of facts.limits) lines.push(`  ${limit}`);
  return lines.join("\n");
}

function headline({ verdict, counts, reason }: ExploredFacts): string {
  const { orders, failing, tasks } = counts;
  const tried = `${orders} ${orders === 1 ? "order" : "orders"} of ${tasks} tasks`;
  switch (verdict) {
    case "failed":
      return `failed: ${failing} of ${tried}${counts.exhausted ? ", which are all that can make a difference" : ""}`;
    case "exhausted":
      return `exhausted: ${tried}, no failure`;
    case "not-found":
      return `not found: no failure in ${tried}${reason === undefined ? "" : `; ${reason}`}`;
    case "uncontrolled":
      return `uncontrolled: ${reason ?? "the scenario waits for what the explorer does not control"}`;
    default:
      return `nondeterministic: ${reason ?? "the same order gave another run"}`;
  }
}

/** The steps of a run, a line each. */
export function stepLines(steps: readonly TraceStep[]): string[] {
  return steps.map((step, index) => `    ${index}. ${stepText(step)}`);
}

function stepText({ task, kind, what }: TraceStep): string {
  if (kind === "start") return `${task} starts`;
  return `${task} goes on after ${what}`;
}

function decisionLines({ first, second, meeting, steps: [earlier, later] }: Decision): string[] {
  const lines = [`  steps ${earlier} (${first.task}) and ${later} (${second.task}) decide: swap these and it passes`];
  if (meeting !== undefined)
    lines.push(`    ${accessText(first, meeting.first)}`, `    ${accessText(second, meeting.second)}`);
  return lines;
}

function accessText({ task }: TraceStep, { resource, mode, site }: TraceAccess): string {
  return `${task} ${mode === "write" ? "writes" : "reads"} ${resource}${site === undefined ? "" : ` at ${site}`}`;
}
