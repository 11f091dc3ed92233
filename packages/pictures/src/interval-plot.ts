/**
 * Draws measured shares with their intervals by concurrency, and predictions beside them.
 *
 * @module
 */
import { Canvas, type PictureOptions } from "./canvas.ts";
import { assertIntervalPlot, describeIntervalPlot, type IntervalPlot, type PlottedPoint } from "./interval-input.ts";
import { drawColumns, drawMark, drawRows } from "./interval-layout.ts";
import { seriesRules } from "./theme.ts";

/**
 * Draws hit rates by concurrency with their 95 % intervals, a mark for each series and level; predicted rates are hollow
 * marks.
 *
 * Levels stand at equal distances in rising order, and are never joined by a line: nothing was measured between them.
 * Wide, they are columns; for a phone, rows with the numbers written out. What holds for every picture is told at
 * {@link swimlaneSvg}.
 *
 * ```ts run
 * import { intervalPlotSvg } from "@holdfast/pictures";
 * const at10 = { concurrency: 10, rate: 0.19, interval: { low: 0.125, high: 0.278 }, predicted: 0.189 };
 * const picture = intervalPlotSvg({ title: "Hit rate", series: [{ name: "counted", points: [at10] }] });
 * picture.includes("counted at 10: 19 % [12.5, 27.8], predicted 18.9"); // => true
 * ```
 *
 * @throws RangeError when there is no point, a share lies outside 0 to 1, or the width is out of range; TypeError when
 * the id cannot stand in a class name.
 */
export function intervalPlotSvg(input: IntervalPlot, options: PictureOptions = {}): string {
  assertIntervalPlot(input);
  const canvas = new Canvas("intervalPlotSvg", input.title, input, options);
  const marks = input.series.flatMap(({ name, points }, index) =>
    points.map((point): PlottedPoint => ({ name, index, point })),
  );
  const keys = canvas.legend(canvas.heading(), [
    ...input.series.map(({ name }, index) => ({
      label: name,
      draw: (x: number, y: number): void => drawMark(canvas, index, x, y),
    })),
    ...(marks.some(({ point }) => point.predicted !== undefined)
      ? [{ label: "hollow: predicted", draw: (x: number, y: number): void => canvas.shape("key", "circle", x, y, 6) }]
      : []),
    {
      label: "95 % interval",
      draw: (x: number, y: number): void => canvas.path("key", `M${x - 8} ${y - 4}v8m0 -4h16m0 -4v8`),
    },
  ]);
  const bottom = (canvas.narrow ? drawRows : drawColumns)(canvas, input, marks, keys + 10);
  const rules = ["key{fill:none;stroke:var(--soft);stroke-width:1.5}", ...seriesRules(input.series.length)];
  return canvas.finish(bottom, describeIntervalPlot(input, marks), rules);
}
