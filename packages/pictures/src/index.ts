/**
 * Drawings of tasks and statistics, as strings of SVG.
 *
 * @module
 */
export type { PictureOptions } from "./canvas.ts";
export { escapeXml } from "./escape-xml.ts";
export type { IntervalPlot, IntervalPoint, IntervalSeries } from "./interval-input.ts";
export { intervalPlotSvg } from "./interval-plot.ts";
export { type LatencyPercentiles, type LatencyPlot, latencyPlotSvg, type LatencySeries } from "./latency-plot.ts";
export { swimlaneSvg } from "./swimlane.ts";
export type { Band, Lane, Mark, MarkKind, Span, SpanKind, Swimlane } from "./swimlane-input.ts";
