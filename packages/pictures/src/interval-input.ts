/**
 * What a plot of shares with intervals is drawn from.
 *
 * @module
 */
import { formatPercent } from "./scale.ts";

/** Shares of responses (hits of a signature, failures) by concurrency, for one or several systems. */
export interface IntervalPlot {
  readonly title: string;
  /** Read out in place of the picture; told from the data when absent. */
  readonly description?: string;
  /** What is counted; "responses with the signature" when absent. */
  readonly measure?: string;
  /** At least one point in all. */
  readonly series: readonly IntervalSeries[];
}

/** One system under load. */
export interface IntervalSeries {
  readonly name: string;
  readonly points: readonly IntervalPoint[];
}

/** What was measured at one concurrency. All shares lie between 0 and 1. */
export interface IntervalPoint {
  readonly concurrency: number;
  /** Null when nothing could be measured: then the interval alone is drawn. */
  readonly rate: number | null;
  /** The bounds of the 95 % interval. */
  readonly interval: { readonly low: number; readonly high: number };
  /** Drawn as a hollow mark. */
  readonly predicted?: number;
  /** With `responses`: told beside the rate. */
  readonly hits?: number;
  readonly responses?: number;
}

/** A point with the series it belongs to and the place of that series, which decides its colour and shape. */
export interface PlottedPoint {
  readonly name: string;
  readonly index: number;
  readonly point: IntervalPoint;
}

/** Throws when there is nothing to draw, or a share that is none. */
export function assertIntervalPlot(input: IntervalPlot): void {
  const points = input.series.flatMap((series) => series.points);
  if (points.length === 0) throw new RangeError("intervalPlotSvg() with no points; give at least one");
  for (const { concurrency, rate, interval, predicted } of points) {
    for (const share of [rate ?? 0, interval.low, interval.high, predicted ?? 0]) {
      if (!(share >= 0 && share <= 1)) {
        throw new RangeError(`intervalPlotSvg() with share ${share}; give shares between 0 and 1`);
      }
    }
    if (!Number.isFinite(concurrency)) {
      throw new RangeError(`intervalPlotSvg() with concurrency ${concurrency}; give a finite number`);
    }
  }
}

/** The numbers of a point: `19 of 100, 19 % [12.5, 27.8], predicted 18.9`. */
export function pointText({ rate, interval, predicted, hits, responses }: IntervalPoint): string {
  const counts = hits === undefined || responses === undefined ? "" : `${hits} of ${responses}, `;
  const share = rate === null ? "no response" : `${formatPercent(rate)} %`;
  const foretold = predicted === undefined ? "" : `, predicted ${formatPercent(predicted)}`;
  return `${counts}${share} ${intervalText(interval)}${foretold}`;
}

/** An interval in percent, with one decimal: `[12.5, 27.8]`. */
export function intervalText({ low, high }: IntervalPoint["interval"]): string {
  return `[${(low * 100).toFixed(1)}, ${(high * 100).toFixed(1)}]`;
}

/** What the picture shows, for those who do not see it. */
export function describeIntervalPlot(input: IntervalPlot, marks: readonly PlottedPoint[]): string {
  return (
    input.description ??
    `${measureOf(input)}, with 95 % intervals. ${marks
      .map(({ name, point }) => `${name} at ${point.concurrency}: ${pointText(point)}`)
      .join(". ")}`
  );
}

/** What the shares are shares of. */
export function measureOf(input: IntervalPlot): string {
  return input.measure ?? "responses with the signature";
}
