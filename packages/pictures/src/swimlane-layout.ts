/**
 * Decides where the parts of a swimlane stand, so that no two of them meet.
 *
 * @module
 */
import type { Canvas } from "./canvas.ts";
import type { Scale } from "./scale.ts";
import type { Lane, Mark, Span } from "./swimlane-input.ts";

/** A span in pixels; `room` is the free width to its right. */
export interface PlacedSpan {
  readonly span: Span;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly room: number;
}

/** A mark in pixels, and on which side of it its label stands. */
export interface PlacedMark {
  readonly mark: Mark;
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end";
  readonly labelWidth: number;
}

/** A lane in pixels. */
export interface PlacedLane {
  readonly lane: Lane;
  readonly top: number;
  /** The top of its uppermost bar, where lines from a band end. */
  readonly barTop: number;
  readonly bottom: number;
  readonly spans: readonly PlacedSpan[];
  readonly marks: readonly PlacedMark[];
}

/** The bars' edges on the sheet. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly end: number;
  readonly x: Scale;
}

/** How far a mark's shape reaches to either side. */
export const markRadius = 4.5;
const gap = 4;

/** The height of a bar on this sheet. */
export function barHeight(canvas: Canvas): number {
  return canvas.font + 8;
}

/** Places one lane below `top`. */
export function placeLane(canvas: Canvas, lane: Lane, plot: Plot, top: number): PlacedLane {
  const barTop = top + (canvas.narrow ? canvas.line + 6 : 6);
  const rows = stackSpans(lane.spans ?? []);
  const spans = rows.flatMap((row, index) => placeRow(row, plot, barTop + index * (barHeight(canvas) + gap)));
  const marksTop = barTop + Math.max(rows.length, 1) * (barHeight(canvas) + gap);
  const { marks, lines } = placeMarks(canvas, lane.marks ?? [], plot, marksTop);
  return { lane, top, barTop, bottom: marksTop + lines * canvas.line + 4, spans, marks };
}

/**
 * Distributes spans to rows in which none overlaps another: in order of beginning, the longer first, each into the
 * first row that is free.
 */
function stackSpans(spans: readonly Span[]): readonly (readonly Span[])[] {
  const end = (span: Span): number => span.to ?? Infinity;
  const rows: Span[][] = [];
  for (const span of spans.toSorted((one, other) => one.from - other.from || end(other) - end(one))) {
    const free = rows.find((row) => row.every((earlier) => end(earlier) <= span.from));
    if (free === undefined) rows.push([span]);
    else free.push(span);
  }
  return rows;
}

function placeRow(row: readonly Span[], plot: Plot, y: number): readonly PlacedSpan[] {
  return row.map((span, index) => {
    const x = plot.x(span.from);
    const width = Math.max(plot.x(span.to ?? plot.end) - x, 2);
    const next = row[index + 1];
    return { span, x, y, width, room: (next === undefined ? plot.right : plot.x(next.from)) - x - width };
  });
}

/** Places marks with their labels on as many lines as it takes to keep them apart. */
function placeMarks(
  canvas: Canvas,
  marks: readonly Mark[],
  plot: Plot,
  top: number,
): { readonly marks: readonly PlacedMark[]; readonly lines: number } {
  const taken: { from: number; to: number }[][] = [];
  const placed = marks
    .toSorted((one, other) => one.at - other.at)
    .map((mark): PlacedMark => {
      const x = plot.x(mark.at);
      const [before, after] = [x - plot.left, plot.right - x].map((room) => Math.max(room - 2 * markRadius, 0));
      const wanted = mark.label === undefined ? 0 : canvas.measure(mark.label);
      const anchor = wanted <= (after ?? 0) || (after ?? 0) >= (before ?? 0) ? "start" : "end";
      const labelWidth = Math.min(wanted, (anchor === "start" ? after : before) ?? 0);
      const [low, high] = [x - 2 * markRadius, x + 2 * markRadius];
      const extent = anchor === "start" ? { from: low, to: high + labelWidth } : { from: low - labelWidth, to: high };
      let line = taken.findIndex((list) => list.every(({ from, to }) => to <= extent.from || from >= extent.to));
      if (line === -1) line = taken.push([]) - 1;
      taken[line]?.push(extent);
      return { mark, x, y: top + (line + 0.5) * canvas.line - 2, anchor, labelWidth };
    });
  return { marks: placed, lines: taken.length };
}
