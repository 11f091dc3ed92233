/**
 * A run as a swimlane: a lane for each task, the waits in it, and above the lanes the scopes with who opened and who closed them.
 *
 * @module
 */
import { leafErrors } from "@holdfast/concurrency";
import {
  type Arrow,
  type Band,
  type Lane,
  type Mark,
  type PictureOptions,
  type Span,
  swimlaneSvg,
} from "@holdfast/pictures";
import type { Decision } from "./explain.ts";
import type { Trace, TraceSpan } from "./trace.ts";

/** Draws a run, with an arrow between the steps that decide; a step is a millisecond wide. */
export function traceSvg(trace: Trace, decision: Decision | undefined, options?: PictureOptions): string {
  const picture = { title: "A failing order, step by step", lanes: lanes(trace), bands: bands(trace) };
  return swimlaneSvg({ ...picture, arrows: decision === undefined ? [] : [arrow(decision)] }, options);
}

/** From the end of the first step to the beginning of the second. */
function arrow({ first, second, meeting, steps: [earlier, later] }: Decision): Arrow {
  const what = meeting === undefined ? "" : `, at ${meeting.first.resource}`;
  const label = `the other way round it passes${what}`;
  return { from: { lane: first.task, at: earlier + 1 }, to: { lane: second.task, at: later }, label };
}

function lanes(trace: Trace): Lane[] {
  const names = [
    ...new Set([
      ...trace.spans.filter(({ kind }) => kind === "task").map(({ name }) => name),
      ...trace.steps.map(({ task }) => task),
    ]),
  ];
  return names.map((name) => ({ name, spans: spansOf(trace, name), marks: marksOf(trace, name) }));
}

function spansOf({ spans, steps }: Trace, task: string): Span[] {
  const waits = spans
    .filter(({ kind, openedBy }) => kind === "wait" && openedBy === task)
    .map((wait): Span => ({ kind: "wait", label: wait.name, from: Math.max(0, wait.from) + 1, ...endOf(wait) }));
  const runs = steps.flatMap((step, index): Span[] =>
    step.task === task ? [{ kind: "run", from: index, to: index + 1 }] : [],
  );
  return [...waits.filter(({ from, to }) => to === undefined || to > from), ...runs].toSorted(
    (left, right) => left.from - right.from,
  );
}

function endOf({ to, outcome }: TraceSpan): Pick<Span, "to" | "outcome"> {
  return { ...(to !== undefined && { to }), ...(outcome !== undefined && { outcome }) };
}

function marksOf({ cancels }: Trace, name: string): Mark[] {
  return cancels
    .filter(({ task }) => task === name)
    .map(({ step, source }): Mark => ({ at: Math.max(0, step), kind: "cancel", label: source }));
}

function bands(trace: Trace): Band[] {
  const refusal = refusalOf(trace);
  return trace.spans
    .filter(({ kind }) => kind === "scope")
    .map((scope): Band => {
      const band = { name: scope.name, from: Math.max(0, scope.from), openedBy: scope.openedBy };
      if (scope.to !== undefined)
        return { ...band, to: scope.to + 1, ...(scope.closedBy !== undefined && { closedBy: scope.closedBy }) };
      if (refusal === undefined || refusal.host !== scope.openedBy) return band;
      return { ...band, to: refusal.step + 1, closedBy: refusal.by, refused: true };
    });
}

/** Who was refused to close whose scope, where that is the failure. */
function refusalOf({ error, steps }: Trace): { host: string; by: string; step: number } | undefined {
  for (const leaf of leafErrors(error)) {
    const { code, host, task } = leaf as { code?: unknown; host?: { name: string }; task?: { name: string } };
    if (code !== "SCOPE_WRONG_TASK" || host === undefined || task === undefined) continue;
    const step = steps.findLastIndex((each) => each.task === task.name);
    return { host: host.name, by: task.name, step: Math.max(0, step) };
  }
  return undefined;
}
