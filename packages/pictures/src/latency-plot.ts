/**
 * Draws how long responses took: the median, the tail and the slowest of each series, on one axis.
 *
 * @module
 */
import { Canvas, type PictureOptions, px, type Shape } from "./canvas.ts";
import { formatMs, linearScale, logScale, powerTicks, roundTicks, type Scale } from "./scale.ts";
import { seriesColours, seriesRules } from "./theme.ts";

/** Latencies of one or several systems under load. */
export interface LatencyPlot {
  readonly title: string;
  /** Read out in place of the picture; told from the data when absent. */
  readonly description?: string;
  /** At least one. */
  readonly series: readonly LatencySeries[];
}

/** One system, or one system at one level of concurrency. */
export interface LatencySeries {
  readonly name: string;
  /** Null when no response came back: the series is listed, with nothing drawn. */
  readonly latency: LatencyPercentiles | null;
}

/** Milliseconds within which half, 90, 95, 99 and all of 100 responses came. */
export interface LatencyPercentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

const columns = ["p50", "p90", "p95", "p99", "max"] as const;

/** p95 is in the table only: four marks on a line can be told apart, five cannot. */
const marked: readonly (readonly [keyof LatencyPercentiles, Shape, number])[] = [
  ["max", "cross", 3.6],
  ["p99", "diamond", 3.6],
  ["p90", "triangle", 3.6],
  ["p50", "circle", 5],
];

/** Beyond this ratio of slowest to fastest, a straight axis would push the fast series into one point. */
const straightUpTo = 50;

/**
 * Draws a row for each series: a line from the median to the slowest response with marks at p50, p90, p99 and the
 * maximum, and the numbers beside it.
 *
 * The axis begins at zero; where the slowest response took more than 50 times the fastest median it is logarithmic, and
 * says so. What holds for every picture is told at {@link swimlaneSvg}.
 *
 * ```ts run
 * import { latencyPlotSvg } from "@holdfast/pictures";
 * const owned = { name: "owned", latency: { p50: 212, p90: 260, p95: 281, p99: 320, max: 344 } };
 * latencyPlotSvg({ title: "Latency", series: [owned] }).includes("owned: p50 212, p90 260, p95 281, p99 320, max 344 ms"); // => true
 * ```
 *
 * @throws RangeError when there is no series, a time is negative, not finite or out of order, or the width is out of
 * range; TypeError when the id cannot stand in a class name.
 */
export function latencyPlotSvg(input: LatencyPlot, options: PictureOptions = {}): string {
  assertLatencyPlot(input);
  const canvas = new Canvas("latencyPlotSvg", input.title, input, options);
  const table = placeTable(canvas, input);
  const { x, ticks, log } = placeAxis(canvas, input, table.plotLeft, table.plotRight);
  const legend = marked.toReversed().map(([label, shape, radius]) => ({
    label,
    draw: (place: number, y: number): void => canvas.shape("key", shape, place, y, radius),
  }));
  const top = canvas.legend(canvas.heading(), legend) + 8;
  const head = top + canvas.font;
  for (const [index, column] of columns.entries()) {
    canvas.text(table.columnRight(index), head, column, { anchor: "end", look: "soft" });
  }
  const height = canvas.narrow ? 2 * canvas.line + 30 : canvas.line + 12;
  const first = head + 8;
  const bottom = first + input.series.length * height;
  for (const tick of ticks) canvas.vertical("rule", x(tick), first, bottom + 4);
  for (const [index, series] of input.series.entries()) {
    const y = first + index * height;
    canvas.horizontal("rule", y, canvas.padding, canvas.right);
    drawSeries(canvas, series, index, y, x, table);
  }
  for (const [index, tick] of ticks.entries()) {
    const label = index === ticks.length - 1 ? `${formatMs(tick)} ms` : formatMs(tick);
    const half = canvas.measure(label) / 2;
    const centre = Math.min(Math.max(x(tick), half + 4), canvas.width - half - 4);
    canvas.text(centre, bottom + canvas.line, label, { anchor: "middle", look: "soft" });
  }
  const note = log ? canvas.line : 0;
  if (log) canvas.text(table.plotLeft, bottom + 2 * canvas.line, "logarithmic axis", { look: "soft" });
  const rules = [
    "key{fill:none;stroke:var(--soft);stroke-width:1.5}",
    "x{fill:none}",
    ...seriesRules(input.series.length),
  ];
  return canvas.finish(bottom + canvas.line + note + 12, describe(input), rules);
}

interface Table {
  readonly plotLeft: number;
  readonly plotRight: number;
  readonly nameWidth: number;
  readonly columnRight: (index: number) => number;
}

/** Wide: name, line, five columns of numbers. For a phone: the name, the line and the numbers below each other. */
function placeTable(canvas: Canvas, input: LatencyPlot): Table {
  const numbers = measured(input).flatMap((latency) => columns.map((key) => latency[key]));
  const column = Math.max(...["p99", ...numbers.map(formatMs)].map((text) => canvas.measure(text))) + 14;
  if (canvas.narrow) {
    const nameWidth = canvas.right - canvas.padding;
    return {
      plotLeft: canvas.padding + 8,
      plotRight: canvas.right - 8,
      nameWidth,
      columnRight: (index) => canvas.padding + ((index + 1) * nameWidth) / columns.length,
    };
  }
  const widest = Math.max(...input.series.map(({ name }) => canvas.measure(name)));
  const nameWidth = Math.min(widest, canvas.width * 0.22);
  return {
    plotLeft: canvas.padding + nameWidth + 18,
    plotRight: canvas.right - columns.length * column - 14,
    nameWidth,
    columnRight: (index) => canvas.right - (columns.length - 1 - index) * column,
  };
}

function placeAxis(
  canvas: Canvas,
  input: LatencyPlot,
  left: number,
  right: number,
): { readonly x: Scale; readonly ticks: readonly number[]; readonly log: boolean } {
  const slowest = Math.max(...measured(input).map(({ max }) => max), 0.01);
  const fastest = Math.max(Math.min(...measured(input).map(({ p50 }) => p50), slowest), 0.01);
  const count = canvas.narrow ? 4 : 6;
  if (slowest > fastest * straightUpTo) {
    const ticks = powerTicks(fastest, slowest, count);
    return { x: logScale(fastest, slowest, left, right), ticks, log: true };
  }
  return { x: linearScale(0, slowest, left, right), ticks: roundTicks(0, slowest, count), log: false };
}

function drawSeries(
  canvas: Canvas,
  { name, latency }: LatencySeries,
  index: number,
  top: number,
  x: Scale,
  table: Table,
): void {
  const baseline = top + canvas.line;
  const middle = canvas.narrow ? baseline + 18 : baseline - canvas.font * 0.36;
  canvas.text(canvas.padding, baseline, name, { width: table.nameWidth, bold: canvas.narrow });
  if (latency === null) {
    canvas.text(table.plotLeft, middle + canvas.font * 0.36, "no response", { look: "soft" });
    return;
  }
  const colour = index % seriesColours;
  const place = (key: keyof LatencyPercentiles): number => x(Math.max(latency[key], 0.01));
  canvas.path(`h${colour}`, `M${px(place("p50"))} ${px(middle)}H${px(place("max"))}`, seriesText({ name, latency }));
  for (const [key, shape, radius] of marked) canvas.shape(`s${colour} x`, shape, place(key), middle, radius);
  const numbers = canvas.narrow ? middle + 14 + canvas.font : baseline;
  for (const [position, key] of columns.entries()) {
    canvas.text(table.columnRight(position), numbers, formatMs(latency[key]), { anchor: "end" });
  }
}

function assertLatencyPlot(input: LatencyPlot): void {
  if (input.series.length === 0) throw new RangeError("latencyPlotSvg() with no series; give at least one");
  for (const latency of measured(input)) {
    let least = 0;
    for (const key of columns) {
      if (!(latency[key] >= least && latency[key] < Infinity)) {
        throw new RangeError(`latencyPlotSvg() with ${key} ${latency[key]}; give finite milliseconds in rising order`);
      }
      least = latency[key];
    }
  }
}

function measured(input: LatencyPlot): readonly LatencyPercentiles[] {
  return input.series.flatMap(({ latency }) => (latency === null ? [] : [latency]));
}

function describe(input: LatencyPlot): string {
  return input.description ?? input.series.map(seriesText).join(". ");
}

function seriesText({ name, latency }: LatencySeries): string {
  if (latency === null) return `${name}: no response`;
  return `${name}: ${columns.map((key) => `${key} ${formatMs(latency[key])}`).join(", ")} ms`;
}
