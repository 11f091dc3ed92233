/**
 * A run in the format of Chrome's tracing, which Perfetto opens.
 *
 * @module
 */
import type { Trace } from "./trace.ts";

/** One event of the format; see "Trace Event Format". */
export interface ChromeEvent {
  readonly name: string;
  readonly ph: "X" | "b" | "e" | "i" | "M";
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly id?: number;
  readonly cat: string;
  readonly s?: "t";
  readonly args?: Readonly<Record<string, unknown>>;
}

/** A file of the format. */
export interface ChromeTrace {
  readonly traceEvents: readonly ChromeEvent[];
  readonly displayTimeUnit: "ms";
}

/** A step takes a millisecond. Scopes cross tasks, so they are events of their own that need not nest. */
const STEP = 1_000;

/** Gives the run in that format. */
export function chromeTrace({ steps, spans, cancels }: Trace): ChromeTrace {
  const tasks = [...new Set([...steps.map(({ task }) => task), ...spans.map(({ openedBy }) => openedBy)])];
  const thread = (task: string): number => tasks.indexOf(task) + 1;
  const names = tasks.map((name): ChromeEvent => {
    return { name: "thread_name", ph: "M", ts: 0, pid: 1, tid: thread(name), cat: "task", args: { name } };
  });
  const acts = steps.map(({ task, kind, what, accesses }, index): ChromeEvent => {
    const name = kind === "start" ? "start" : `after ${what}`;
    return { name, ph: "X", ts: index * STEP, dur: STEP, pid: 1, tid: thread(task), cat: kind, args: { accesses } };
  });
  const ranges = spans
    .filter(({ kind }) => kind !== "task")
    .flatMap(({ kind, name, from, to = steps.length, openedBy, closedBy }, id): ChromeEvent[] => {
      const common = { name, cat: kind, id, pid: 1 };
      const begin = Math.max(0, from) * STEP;
      return [
        { ...common, ph: "b", ts: begin, tid: thread(openedBy), args: { openedBy, closedBy: closedBy ?? null } },
        { ...common, ph: "e", ts: Math.max(begin, (to + 1) * STEP), tid: thread(closedBy ?? openedBy) },
      ];
    });
  const marks = cancels.map(({ step, task, source }): ChromeEvent => {
    return {
      name: `cancel (${source})`,
      ph: "i",
      s: "t",
      ts: Math.max(0, step) * STEP,
      pid: 1,
      tid: thread(task),
      cat: "cancel",
    };
  });
  return { traceEvents: [...names, ...acts, ...ranges, ...marks], displayTimeUnit: "ms" };
}
