/**
 * Drawings of tasks and statistics, as strings of SVG.
 *
 * @module
 */
export type { PictureOptions } from "./canvas.ts";
export { type Change, changePlotSvg, type ChangeSide } from "./change-plot.ts";
export { escapeXml } from "./escape-xml.ts";
export { html, Markup } from "./html.ts";
export { htmlFigure, type HtmlPage, htmlPage } from "./html-page.ts";
export type { IntervalPlot, IntervalPoint, IntervalSeries } from "./interval-input.ts";
export { intervalPlotSvg } from "./interval-plot.ts";
export { type LatencyCurve, latencyCurveSvg, type LatencyCurves } from "./latency-curve.ts";
export { type LatencyPercentiles, type LatencyPlot, latencyPlotSvg, type LatencySeries } from "./latency-plot.ts";
export { swimlaneSvg } from "./swimlane.ts";
export type { Arrow, Band, Lane, Mark, MarkKind, Moment, Span, SpanKind, Swimlane } from "./swimlane-input.ts";
