/**
 * The pictures of the report, each laid out for a narrow and for a wide page.
 *
 * @module
 */
import {
  html,
  htmlFigure,
  type IntervalSeries,
  intervalPlotSvg,
  latencyPlotSvg,
  type Markup,
  type Swimlane,
  swimlaneSvg,
} from "@holdfast/pictures";
import type { ExploredConnection } from "../explored-miniature.ts";
import type { LaneMeasurement } from "../measurement.ts";
import { testLevel } from "../parameters.ts";
import { traceCounted, traceOwned } from "./trace-miniature.ts";

/** Who opened and who closed, before and after. */
export async function ownershipFigures(): Promise<Markup> {
  const before = await traceCounted();
  const after = await traceOwned();
  const [band] = before.bands;
  const refusal = `Before: ${band.openedBy} came first and opened, ${band.closedBy} left last and had to close, which is refused.`;
  return html`${swimlaneFigure("before", before, refusal)}
  ${swimlaneFigure("after", after, "After: the owner opens, parks and closes; the calls hold a lease each.")}`;
}

function swimlaneFigure(id: string, input: Swimlane, caption: string): Markup {
  return htmlFigure(id, (options) => swimlaneSvg(input, options), caption);
}

/** The smallest order in which the explorer sees a connection fail; nothing where none does. */
export function failingOrderFigure({ picture }: ExploredConnection): Markup {
  if (picture === null) return html``;
  return htmlFigure(
    "order",
    picture,
    "The smallest failing order. The arrow joins the two steps that decide: swap them and it passes.",
  );
}

/** How often each agent failed, by level, with intervals and predictions. */
export function hitRateFigure(lanes: readonly LaneMeasurement[]): Markup {
  const series = lanes.map(({ name, levels }): IntervalSeries => ({
    name,
    points: levels.map(({ concurrency, hits, answered, interval, predicted }) => ({
      concurrency,
      rate: hits / answered,
      interval,
      hits,
      responses: answered,
      ...(predicted === null ? {} : { predicted }),
    })),
  }));
  const isPredicted = lanes.some(({ levels }) => levels.some(({ predicted }) => predicted !== null));
  const input = { title: "Share of failed runs by requests in parallel", measure: "failed runs", series };
  return htmlFigure(
    "rates",
    (options) => intervalPlotSvg(input, options),
    `Share of failed runs with 95 % intervals.${isPredicted ? " Hollow: what a simulation of the count alone predicts." : ""}`,
  );
}

/** How long the responses took at the test level. */
export function latencyFigure(lanes: readonly LaneMeasurement[]): Markup {
  const series = lanes.map(({ name, levels }) => ({
    name,
    latency: levels.find(({ concurrency }) => concurrency === testLevel)?.latency ?? null,
  }));
  const input = { title: `Response times with ${testLevel} requests in parallel`, series };
  return htmlFigure(
    "latency",
    (options) => latencyPlotSvg(input, options),
    "A run that fails is answered early: what is quick here need not be good.",
  );
}
