/**
 * Draws how many responses were complete within which time, for one or several systems.
 *
 * @module
 */
import { Canvas, type PictureOptions, px } from "./canvas.ts";
import { drawMark } from "./interval-layout.ts";
import { formatMs, linearScale, logScale, powerTicks, roundTicks, type Scale } from "./scale.ts";
import { seriesColours, seriesRules } from "./theme.ts";

/** Latencies of one or several systems, each as a curve. */
export interface LatencyCurves {
  readonly title: string;
  /** Read out in place of the picture; told from the data when absent. */
  readonly description?: string;
  /** At least one. */
  readonly series: readonly LatencyCurve[];
}

/** One system, or one system at one level of concurrency. */
export interface LatencyCurve {
  readonly name: string;
  /**
   * The milliseconds within which equally spaced shares of the responses were complete, from none to all of them, in rising
   * order; at least two, or none when no response came back.
   */
  readonly times: readonly number[];
}

const plotHeight = 220;
/** Beyond this ratio of slowest to fastest, a straight axis would push the fast series into one line. */
const straightUpTo = 50;
/** Where the shape of a series stands on its line. */
const markedShares = [0.5, 0.9];

/**
 * Draws the share of responses that were complete within a time as a line for each series, with the shape of the series at
 * 50 and at 90 %.
 *
 * The axis begins at zero; where the slowest response took more than 50 times the fastest it is logarithmic, and says so.
 * What holds for every picture is told at {@link swimlaneSvg}.
 *
 * ```ts run
 * import { latencyCurveSvg } from "@holdfast/pictures";
 * const picture = latencyCurveSvg({ title: "Latency", series: [{ name: "owned", times: [200, 212, 250, 344] }] });
 * picture.includes("owned: half within 231 ms, 90 % within 316 ms, all within 344 ms"); // => true
 * ```
 *
 * @throws RangeError when there is no series, a time is negative, not finite or out of order, or the width is out of
 * range; TypeError when the id cannot stand in a class name.
 */
export function latencyCurveSvg(input: LatencyCurves, options: PictureOptions = {}): string {
  assertLatencyCurves(input);
  const canvas = new Canvas("latencyCurveSvg", input.title, input, options);
  const keys = input.series.map(({ name, times }, index) => ({
    label: times.length === 0 ? `${name}: no response` : name,
    draw: (x: number, y: number): void => drawMark(canvas, index, x, y),
  }));
  const top = canvas.legend(canvas.heading(), keys) + 14;
  const [left, bottom] = [canvas.padding + canvas.measure("100 %") + 10, top + plotHeight];
  const y = linearScale(0, 1, bottom, top);
  const { x, ticks, isLog } = placeAxis(canvas, input, left, canvas.right - 10);
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    canvas.horizontal("rule", y(share), left, canvas.right);
    canvas.text(left - 8, y(share) + 4, `${share * 100} %`, { anchor: "end", look: "soft" });
  }
  for (const [index, tick] of ticks.entries()) {
    const label = index === ticks.length - 1 ? `${formatMs(tick)} ms` : formatMs(tick);
    const half = canvas.measure(label) / 2;
    canvas.vertical("rule", x(tick), top, bottom + 4);
    const centre = Math.min(Math.max(x(tick), half + 4), canvas.width - half - 4);
    canvas.text(centre, bottom + canvas.line, label, { anchor: "middle", look: "soft" });
  }
  for (const [index, series] of input.series.entries()) drawCurve(canvas, series, index, x, y);
  const axis = isLog ? "complete within, logarithmic axis" : "complete within";
  canvas.text((left + canvas.right) / 2, bottom + 2 * canvas.line, axis, { anchor: "middle", look: "soft" });
  return canvas.finish(bottom + 2 * canvas.line + 12, describe(input), seriesRules(input.series.length));
}

function drawCurve(canvas: Canvas, series: LatencyCurve, index: number, x: Scale, y: Scale): void {
  const { times } = series;
  if (times.length === 0) return;
  const points = times.map((time, step) => `${px(x(positive(time)))} ${px(y(step / (times.length - 1)))}`);
  canvas.path(`h${index % seriesColours}`, `M${points.join("L")}`, curveText(series));
  for (const share of markedShares) drawMark(canvas, index, x(positive(timeAt(times, share))), y(share));
}

function placeAxis(
  canvas: Canvas,
  { series }: LatencyCurves,
  left: number,
  right: number,
): { readonly x: Scale; readonly ticks: readonly number[]; readonly isLog: boolean } {
  const all = series.flatMap(({ times }) => times);
  const slowest = positive(Math.max(0, ...all));
  const fastest = positive(Math.min(slowest, ...all));
  const count = canvas.narrow ? 4 : 8;
  if (slowest > fastest * straightUpTo) {
    return { x: logScale(fastest, slowest, left, right), ticks: powerTicks(fastest, slowest, count), isLog: true };
  }
  return { x: linearScale(0, slowest, left, right), ticks: roundTicks(0, slowest, count), isLog: false };
}

/** No power of ten is 0. */
function positive(time: number): number {
  return Math.max(time, 0.01);
}

/** Along the line between two of the times. */
function timeAt(times: readonly number[], share: number): number {
  const place = share * (times.length - 1);
  const [before = 0, after = before] = times.slice(Math.floor(place));
  return before + (after - before) * (place % 1);
}

function assertLatencyCurves({ series }: LatencyCurves): void {
  if (series.length === 0) throw new RangeError("latencyCurveSvg() with no series; give at least one");
  for (const { times } of series) {
    if (times.length === 1) throw new RangeError("latencyCurveSvg() with one time; give at least two, or none");
    let least = 0;
    for (const time of times) {
      if (!(time >= least && time < Infinity)) {
        throw new RangeError(`latencyCurveSvg() with time ${time}; give finite milliseconds in rising order`);
      }
      least = time;
    }
  }
}

function describe(input: LatencyCurves): string {
  return input.description ?? input.series.map(curveText).join(". ");
}

function curveText({ name, times }: LatencyCurve): string {
  if (times.length === 0) return `${name}: no response`;
  const [half, most, all] = [timeAt(times, 0.5), timeAt(times, 0.9), times.at(-1) ?? 0].map(formatMs);
  return `${name}: half within ${half} ms, 90 % within ${most} ms, all within ${all} ms`;
}
