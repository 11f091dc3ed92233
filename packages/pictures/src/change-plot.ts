/**
 * Draws two shares and their difference, before and after a change, each with its interval.
 *
 * @module
 */
import { Canvas, type PictureOptions, px } from "./canvas.ts";
import { intervalText } from "./interval-input.ts";
import { drawMark } from "./interval-layout.ts";
import { formatPercent, linearScale, roundTicks, type Scale } from "./scale.ts";
import { seriesRules } from "./theme.ts";

/** Shares before and after a change. */
export interface Change {
  readonly title: string;
  /** Read out in place of the picture; told from the data when absent. */
  readonly description?: string;
  readonly before: ChangeSide;
  readonly after: ChangeSide;
  /** The bounds of the 95 % interval of the share after minus the share before, between -1 and 1. */
  readonly difference: { readonly low: number; readonly high: number };
}

/** So many hits in so many trials. */
export interface ChangeSide {
  readonly hits: number;
  /** At least 1. */
  readonly trials: number;
  /** The bounds of the 95 % interval of the share, between 0 and 1. */
  readonly interval: { readonly low: number; readonly high: number };
}

interface Row {
  readonly name: string;
  readonly numbers: string;
  readonly value: number;
  readonly interval: { readonly low: number; readonly high: number };
  readonly index: number;
}

const cap = 4;
const strip = 20;

/**
 * Draws a row for the share before, one for the share after, and one for the difference, on one axis with a line at zero:
 * where the interval of the difference keeps clear of that line, the change is more than chance at the 5 % level, or nearly.
 *
 * What holds for every picture is told at {@link swimlaneSvg}.
 *
 * ```ts run
 * import { changePlotSvg } from "@holdfast/pictures";
 * const before = { hits: 2, trials: 10, interval: { low: 0.057, high: 0.51 } };
 * const after = { hits: 0, trials: 33, interval: { low: 0, high: 0.104 } };
 * const picture = changePlotSvg({ title: "Fixed?", before, after, difference: { low: -0.51, high: -0.023 } });
 * picture.includes("before: 2 of 10, 20 % [5.7, 51.0]"); // => true
 * ```
 *
 * @throws RangeError when a count or a bound is out of range, or the width is; TypeError when the id cannot stand in a
 * class name.
 */
export function changePlotSvg(input: Change, options: PictureOptions = {}): string {
  const rows = rowsOf(input);
  const canvas = new Canvas("changePlotSvg", input.title, input, options);
  const left = Math.min(0, ...rows.map(({ interval }) => interval.low));
  const right = Math.max(0.01, ...rows.map(({ interval }) => interval.high));
  const pad = (right - left) * 0.05;
  const from = left - (left < 0 ? pad : 0);
  const x = linearScale(from, right + pad, canvas.padding + 10, canvas.right - 10);
  const ticks = roundTicks(from, right + pad, canvas.narrow ? 4 : 8);
  const top = canvas.heading() + 4;
  const height = canvas.font + strip + 12;
  const bottom = top + rows.length * height;
  for (const tick of ticks) canvas.vertical(tick === 0 ? "zero" : "rule", x(tick), top, bottom);
  for (const [index, row] of rows.entries()) drawRow(canvas, row, x, top + index * height + canvas.font);
  for (const tick of ticks) {
    const label = `${formatPercent(tick)} %`;
    const half = canvas.measure(label) / 2;
    const centre = Math.min(Math.max(x(tick), half + 4), canvas.width - half - 4);
    canvas.text(centre, bottom + canvas.line, label, { anchor: "middle", look: "soft" });
  }
  const description = input.description ?? rows.map(({ name, numbers }) => `${name}: ${numbers}`).join(". ");
  const rules = ["zero{stroke:var(--ink);stroke-width:1.2}", ...seriesRules(rows.length)];
  return canvas.finish(bottom + canvas.line + 10, description, rules);
}

function drawRow(canvas: Canvas, { name, numbers, value, interval, index }: Row, x: Scale, baseline: number): void {
  canvas.text(canvas.padding, baseline, name, { bold: true });
  canvas.text(canvas.right, baseline, numbers, { anchor: "end" });
  const y = baseline + strip / 2 + 4;
  const [low, high] = [x(interval.low), x(interval.high)];
  const whisker = `M${px(low)} ${px(y - cap)}v${2 * cap}m0 -${cap}H${px(high)}m0 -${cap}v${2 * cap}`;
  canvas.path(`h${index}`, whisker, `${name}: ${numbers}`);
  drawMark(canvas, index, x(value), y);
}

function rowsOf({ before, after, difference }: Change): readonly Row[] {
  const sides = [before, after].map(({ hits, trials, interval }, index): Row => {
    if (!(trials >= 1 && hits >= 0 && hits <= trials)) {
      throw new RangeError(`changePlotSvg() with ${hits} of ${trials}; give 0 <= hits <= trials and 1 <= trials`);
    }
    assertBounds(interval, 0);
    const share = hits / trials;
    return {
      name: index === 0 ? "before" : "after",
      numbers: `${hits} of ${trials}, ${formatPercent(share)} % ${intervalText(interval)}`,
      value: share,
      interval,
      index,
    };
  });
  assertBounds(difference, -1);
  const value = after.hits / after.trials - before.hits / before.trials;
  const numbers = `${formatPercent(value)} % ${intervalText(difference)}`;
  return [...sides, { name: "difference", numbers, value, interval: difference, index: 2 }];
}

function assertBounds({ low, high }: { readonly low: number; readonly high: number }, least: number): void {
  if (low >= least && low <= high && high <= 1) return;
  throw new RangeError(`changePlotSvg() with an interval from ${low} to ${high}; give shares in rising order`);
}
