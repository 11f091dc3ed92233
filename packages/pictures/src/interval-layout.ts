/**
 * The two ways to lay out shares with intervals: columns over the levels, and rows with the numbers written out.
 *
 * @module
 */
import { type Canvas, px, type Shape } from "./canvas.ts";
import { intervalText, measureOf, type IntervalPlot, type PlottedPoint, pointText } from "./interval-input.ts";
import { formatPercent, linearScale, roundTicks } from "./scale.ts";
import { seriesColours } from "./theme.ts";

/** Shapes by the place of a series: five beside six colours, so that thirty series differ. */
const shapes: readonly Shape[] = ["circle", "square", "diamond", "triangle", "down"];

/** How far a hollow mark, a prediction, reaches around a filled one. */
const hollowRadius = 8;
const radius = 4.5;
const cap = 4;

/** Draws the mark of a series, filled for what was measured, hollow for what was predicted. */
export function drawMark(canvas: Canvas, index: number, x: number, y: number, hollow = false): void {
  const look = `${hollow ? "h" : "s"}${index % seriesColours}`;
  canvas.shape(look, shapes[index % shapes.length] ?? "circle", x, y, hollow ? hollowRadius : radius);
}

/** Levels from left to right, shares from bottom to top; gives the y below. */
export function drawColumns(canvas: Canvas, input: IntervalPlot, marks: readonly PlottedPoint[], top: number): number {
  const levels = levelsOf(marks);
  const [left, plotTop] = [canvas.padding + 48, top + canvas.line + 10];
  const bottom = plotTop + 220;
  const y = linearScale(0, highest(marks), bottom, plotTop);
  const group = (canvas.right - left) / levels.length;
  const step = Math.min((group * 0.92) / Math.max(...levels.map((level) => marksAt(marks, level).length)), 96);
  canvas.text(canvas.padding, top + canvas.font - 4, measureOf(input), { look: "soft", width: canvas.width / 2 });
  for (const tick of roundTicks(0, Math.min(highest(marks), 1), 5)) {
    canvas.horizontal("rule", y(tick), left, canvas.right);
    canvas.text(left - 8, y(tick) + 4, `${formatPercent(tick)} %`, { anchor: "end", look: "soft" });
  }
  for (const [position, level] of levels.entries()) {
    const centre = left + (position + 0.5) * group;
    const here = marksAt(marks, level);
    if (position > 0) canvas.vertical("rule", centre - group / 2, plotTop, bottom + canvas.line);
    canvas.text(centre, bottom + canvas.line, String(level), { anchor: "middle", width: group - 8 });
    for (const [rank, mark] of here.entries()) {
      drawColumn(canvas, mark, centre + (rank - (here.length - 1) / 2) * step, y, step);
    }
  }
  const axis = "requests in parallel";
  canvas.text((left + canvas.right) / 2, bottom + 2 * canvas.line, axis, { anchor: "middle", look: "soft" });
  return bottom + 2 * canvas.line + 12;
}

function drawColumn(
  canvas: Canvas,
  { name, index, point }: PlottedPoint,
  x: number,
  y: (share: number) => number,
  room: number,
): void {
  const [low, high] = [y(point.interval.low), y(point.interval.high)];
  const whisker = `M${px(x - cap)} ${px(high)}h${2 * cap}m-${cap} 0V${px(low)}m-${cap} 0h${2 * cap}`;
  canvas.path(`h${index % seriesColours}`, whisker, `${name} at ${point.concurrency}: ${pointText(point)}`);
  if (point.predicted !== undefined) drawMark(canvas, index, x, y(point.predicted), true);
  if (point.rate === null) return;
  drawMark(canvas, index, x, y(point.rate));
  const label = `${formatPercent(point.rate)} %`;
  const topmost = Math.min(high, y(point.rate) - radius, y(point.predicted ?? 0) - hollowRadius);
  if (canvas.measure(label) < room) canvas.text(x, topmost - 5, label, { anchor: "middle" });
}

/** Levels from top to bottom, below each its series as rows of a name, the numbers and a strip; gives the y below. */
export function drawRows(canvas: Canvas, input: IntervalPlot, marks: readonly PlottedPoint[], top: number): number {
  const levels = levelsOf(marks);
  const [left, right] = [canvas.padding + 10, canvas.right - 10];
  const x = linearScale(0, highest(marks), left, right);
  const strip = 20;
  let y = top;
  const ticks = roundTicks(0, Math.min(highest(marks), 1), 4);
  const rows = levels.map((level) => {
    const heading = y + canvas.line;
    y = heading + 8;
    const placed = marksAt(marks, level).map((mark) => {
      const baseline = y + canvas.font;
      y = baseline + strip + 10;
      return { mark, baseline };
    });
    return { level, heading, placed };
  });
  for (const { heading, placed } of rows) {
    const [from, to] = [heading + 4, (placed.at(-1)?.baseline ?? heading) + strip + 4];
    for (const tick of ticks) canvas.vertical("rule", x(tick), from, to);
  }
  for (const { level, heading, placed } of rows) {
    canvas.text(canvas.padding, heading, `${level} in parallel`, { bold: true });
    for (const { mark, baseline } of placed) drawRow(canvas, mark, x, baseline, baseline + strip / 2 + 4);
  }
  for (const tick of ticks) {
    const half = canvas.measure(`${formatPercent(tick)} %`) / 2;
    const centre = Math.min(Math.max(x(tick), half + 4), canvas.width - half - 4);
    canvas.text(centre, y + canvas.font, `${formatPercent(tick)} %`, { anchor: "middle", look: "soft" });
  }
  canvas.text(canvas.padding, y + canvas.font + canvas.line, measureOf(input), {
    look: "soft",
    width: canvas.right - canvas.padding,
  });
  return y + canvas.font + canvas.line + 10;
}

function drawRow(
  canvas: Canvas,
  { name, index, point }: PlottedPoint,
  x: (share: number) => number,
  baseline: number,
  y: number,
): void {
  const { low, high } = point.interval;
  const share = point.rate === null ? "no response" : `${formatPercent(point.rate)} %`;
  const numbers = `${share} ${intervalText(point.interval)}`;
  const room = canvas.right - canvas.padding - canvas.measure(numbers) - 12;
  canvas.text(canvas.padding, baseline, name, { width: room });
  canvas.text(canvas.right, baseline, numbers, { anchor: "end" });
  const whisker = `M${px(x(low))} ${px(y - cap)}v${2 * cap}m0 -${cap}H${px(x(high))}m0 -${cap}v${2 * cap}`;
  canvas.path(`h${index % seriesColours}`, whisker, `${name} at ${point.concurrency}: ${pointText(point)}`);
  if (point.predicted !== undefined) drawMark(canvas, index, x(point.predicted), y, true);
  if (point.rate !== null) drawMark(canvas, index, x(point.rate), y);
}

function levelsOf(marks: readonly PlottedPoint[]): readonly number[] {
  return [...new Set(marks.map(({ point }) => point.concurrency))].toSorted((one, other) => one - other);
}

function marksAt(marks: readonly PlottedPoint[], level: number): readonly PlottedPoint[] {
  return marks.filter(({ point }) => point.concurrency === level);
}

/** The end of the axis: somewhat above the highest value, so that there is room for a label. */
function highest(marks: readonly PlottedPoint[]): number {
  const shares = marks.flatMap(({ point }) => [point.interval.high, point.predicted ?? 0]);
  return Math.max(...shares, 0.01) * 1.1;
}
