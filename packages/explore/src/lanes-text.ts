/**
 * A run as text for a terminal: a column for each step, a line for each task.
 *
 * @module
 */
import type { Trace } from "./trace.ts";

/** Lines of equal length; `#` where a task acts, `.` where it waits, `x` where a cancellation was asked for. */
export function lanesText({ steps, spans, cancels }: Trace): string {
  const tasks = [...new Set(steps.map(({ task }) => task))];
  const width = Math.max(...tasks.map((task) => task.length), 0);
  const lines = tasks.map((task) => {
    const life = spans.find(({ kind, name }) => kind === "task" && name === task);
    const cells = steps.map((step, index) => {
      if (cancels.some((cancel) => cancel.step === index && cancel.task === task)) return "x";
      if (step.task === task) return "#";
      const isAlive = life !== undefined && index > life.from && (life.to === undefined || index < life.to);
      return isAlive ? "." : " ";
    });
    return `${task.padEnd(width)}  ${cells.join("")}`;
  });
  return lines.join("\n");
}
