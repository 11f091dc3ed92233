/**
 * Draws who did what when: a lane for each task, and above the lanes what one task opened and another closed.
 *
 * @module
 */
import { Canvas, type PictureOptions, type Shape } from "./canvas.ts";
import { formatMs, linearScale, roundTicks } from "./scale.ts";
import { arrowRules, drawArrow, drawArrowKey, drawArrowSentences, placeArrowSentences } from "./swimlane-arrows.ts";
import {
  assertSwimlane,
  type Band,
  bandSentence,
  describeSwimlane,
  type MarkKind,
  type Span,
  type SpanKind,
  type Swimlane,
  timeSpan,
} from "./swimlane-input.ts";
import {
  barHeight,
  markRadius,
  type PlacedLane,
  type PlacedMark,
  type PlacedSpan,
  placeLane,
  type Plot,
} from "./swimlane-layout.ts";
import { fitText, wrapText } from "./text.ts";

const spanWords: Readonly<Record<SpanKind, string>> = { run: "runs", wait: "waits", call: "calls", hold: "holds" };

const markLooks: Readonly<Record<MarkKind, { readonly shape: Shape; readonly look: string; readonly word: string }>> = {
  open: { shape: "circle", look: "ring", word: "opens" },
  close: { shape: "square", look: "closed", word: "closes" },
  refused: { shape: "cross", look: "cross", word: "closing refused" },
  cancel: { shape: "diamond", look: "off", word: "cancelled" },
  note: { shape: "circle", look: "note", word: "note" },
};

const rules: readonly string[] = [
  "run{fill:var(--run)}",
  "wait{fill:none;stroke:var(--soft);stroke-width:1.2;stroke-dasharray:4 3}",
  "call{fill:var(--call);stroke:var(--run);stroke-width:1.2}",
  "hold{fill:var(--hold);stroke:var(--amber);stroke-width:1.2}",
  "failed{stroke:var(--bad);stroke-width:2}",
  "tint{fill:var(--band);opacity:.1}",
  "band{fill:var(--band)}",
  "tie{fill:none;stroke:var(--band);stroke-width:1.5;stroke-dasharray:2 3}",
  "ring{fill:var(--paper);stroke:var(--band);stroke-width:2.2}",
  "closed{fill:var(--band)}",
  "cross{fill:none;stroke:var(--bad);stroke-width:2.6}",
  "off{fill:var(--paper);stroke:var(--soft);stroke-width:1.8}",
  "note{fill:var(--ink)}",
];

/**
 * Draws tasks as lanes over time, and what they shared as bands above: opened by one task, closed, or refused to be
 * closed, by another. Arrows lead from one moment to another that came after it, such as the two whose order decides.
 *
 * Gives one `<svg>` element that depends on nothing around it. It has a title and a description, follows the reader's
 * light or dark preference, and can stand in a page beside other pictures. All text is escaped; what does not fit is
 * cut with an ellipsis and is whole in a tooltip.
 *
 * ```ts run
 * import { swimlaneSvg } from "@holdfast/pictures";
 * const picture = swimlaneSvg({
 *   title: "The counted connection",
 *   lanes: [
 *     { name: "task 0", spans: [{ kind: "hold", from: 0, to: 10 }] },
 *     { name: "task 1", spans: [{ kind: "hold", from: 0, to: 20, outcome: "failed" }] },
 *   ],
 *   bands: [{ name: "cancel scope", from: 0, to: 20, openedBy: "task 0", closedBy: "task 1", refused: true }],
 * });
 * picture.includes("cancel scope: opened by task 0, closing by task 1 refused"); // => true
 * ```
 *
 * @throws RangeError when there is no lane, a time is not finite, something ends before it begins, or the width is out
 * of range; TypeError when the id cannot stand in a class name.
 */
export function swimlaneSvg(input: Swimlane, options: PictureOptions = {}): string {
  assertSwimlane(input);
  const canvas = new Canvas("swimlaneSvg", input.title, input, options);
  const plot = placePlot(canvas, input);
  const bands = placeBands(canvas, input.bands ?? [], plot, canvas.heading());
  const sentences = placeArrowSentences(canvas, input.arrows ?? [], bands.bottom);
  const lanes: PlacedLane[] = [];
  let y = sentences.bottom;
  for (const lane of input.lanes) {
    const placed = placeLane(canvas, lane, plot, y);
    lanes.push(placed);
    y = placed.bottom;
  }

  drawGrid(canvas, plot, input, sentences.bottom, y);
  for (const placed of bands.placed) drawBackground(canvas, placed, plot, lanes);
  for (const lane of lanes) drawLane(canvas, lane, plot);
  for (const placed of bands.placed) drawBand(canvas, placed, plot, lanes);
  for (const arrow of input.arrows ?? []) drawArrow(canvas, arrow, plot, lanes);
  drawArrowSentences(canvas, sentences.placed);

  const height = drawLegend(canvas, input, y + canvas.line + 10);
  const needed = (input.arrows ?? []).length === 0 ? rules : [...rules, ...arrowRules];
  return canvas.finish(height + 6, describeSwimlane(input), needed);
}

function placePlot(canvas: Canvas, input: Swimlane): Plot {
  const widest = Math.max(...input.lanes.map((lane) => canvas.measure(lane.name)));
  const gutter = canvas.narrow ? 0 : Math.min(widest, canvas.width * 0.22) + 14;
  const left = canvas.padding + gutter + (canvas.narrow ? 6 : 0);
  const right = canvas.right - 10;
  const { from, to } = timeSpan(input);
  return { left, right, end: to, x: linearScale(from, to, left, right) };
}

interface PlacedBand {
  readonly band: Band;
  readonly lines: readonly { readonly y: number; readonly text: string; readonly x: number }[];
  readonly bar: number;
}

const bandHeight = 6;

/** Each band has rows of its own: its sentence, then its bar. */
function placeBands(
  canvas: Canvas,
  bands: readonly Band[],
  plot: Plot,
  top: number,
): { readonly placed: readonly PlacedBand[]; readonly bottom: number } {
  let y = top;
  const placed = bands.map((band): PlacedBand => {
    const room = canvas.right - (canvas.narrow ? canvas.padding : plot.left);
    const sentence = bandSentence(band, (name) => fitText(name, canvas.font, room / (canvas.narrow ? 3 : 4), true));
    const texts = wrapText(sentence, canvas.font, room, canvas.narrow ? 3 : 1, true);
    const lines = texts.map((text) => {
      const x = Math.min(plot.x(band.from), canvas.right - canvas.measure(text, true));
      y += canvas.line;
      return { y: y - 4, text, x: Math.max(x, canvas.right - room) };
    });
    const bar = y + 3;
    y = bar + bandHeight + 8;
    return { band, lines, bar };
  });
  return { placed, bottom: y };
}

function drawGrid(canvas: Canvas, plot: Plot, input: Swimlane, top: number, bottom: number): void {
  const { from, to } = timeSpan(input);
  const ticks = roundTicks(from, to, canvas.narrow ? 4 : 8);
  for (const [index, tick] of ticks.entries()) {
    const x = plot.x(tick);
    const label = index === ticks.length - 1 ? `${formatMs(tick)} ms` : formatMs(tick);
    const half = canvas.measure(label) / 2;
    canvas.vertical("rule", x, top + 4, bottom + 4);
    const centre = Math.max(Math.min(x, canvas.width - 4 - half), 4 + half);
    canvas.text(centre, bottom + canvas.line, label, { anchor: "middle", look: "soft" });
  }
}

function drawLane(canvas: Canvas, { lane, top, barTop, spans, marks }: PlacedLane, plot: Plot): void {
  canvas.horizontal("rule", top, canvas.padding, canvas.right);
  if (canvas.narrow) {
    canvas.text(canvas.padding, top + canvas.line - 2, lane.name, { bold: true, width: canvas.right - canvas.padding });
  } else {
    const baseline = barTop + barHeight(canvas) / 2 + canvas.font * 0.36;
    canvas.text(canvas.padding, baseline, lane.name, { width: plot.left - canvas.padding - 12 });
  }
  for (const placed of spans) drawSpan(canvas, placed);
  for (const placed of marks) drawMark(canvas, placed);
}

function drawSpan(canvas: Canvas, { span, x, y, width, room }: PlacedSpan): void {
  const height = barHeight(canvas);
  canvas.box(`${span.kind} ${span.outcome === "failed" ? "failed" : ""}`, x, y, width, height, 3, spanTitle(span));
  const end = span.outcome === undefined ? undefined : markLooks[span.outcome === "failed" ? "refused" : "cancel"];
  const inside = width - 14 - (end === undefined ? 0 : 14);
  if (end !== undefined) {
    const outside = inside < 6;
    canvas.shape(end.look, end.shape, outside ? x + width + 8 : x + width - 10, y + height / 2, markRadius - 0.5);
  }
  if (span.label === undefined) return;

  const baseline = y + height / 2 + canvas.font * 0.36;
  const before = end !== undefined && inside < 6 ? 18 : 7;
  if (canvas.measure(span.label) > inside && canvas.measure(span.label) <= room - before - 4) {
    canvas.text(x + width + before, baseline, span.label);
  } else {
    const look = span.kind === "run" ? "on" : "in";
    canvas.text(x + 7, baseline, span.label, { width: inside, look });
  }
}

function drawMark(canvas: Canvas, { mark, x, y, anchor, labelWidth }: PlacedMark): void {
  const { look, shape, word } = markLooks[mark.kind];
  canvas.shape(look, shape, x, y, markRadius - 0.5, `${mark.label ?? word}: at ${formatMs(mark.at)} ms`);
  if (mark.label === undefined) return;
  const side = anchor === "start" ? 2 * markRadius : -2 * markRadius;
  canvas.text(x + side, y + canvas.font * 0.36, mark.label, {
    anchor,
    width: labelWidth,
    look: mark.kind === "refused" ? "bad" : "",
  });
}

/** What lies behind the lanes: the time for which the band was open, and a line to each task that ended it. */
function drawBackground(canvas: Canvas, { band, bar }: PlacedBand, plot: Plot, lanes: readonly PlacedLane[]): void {
  const x = plot.x(band.from);
  canvas.box("tint", x, bar, plot.x(band.to ?? plot.end) - x, (lanes.at(-1)?.bottom ?? bar) - bar, 0);
  for (const { at, name } of bandEnds(band)) {
    const lane = lanes.find((candidate) => candidate.lane.name === name);
    if (lane !== undefined) canvas.vertical("tie", plot.x(at), bar, lane.barTop);
  }
}

/** The band itself, its sentence, and the same shape on the band and at the task's bar. */
function drawBand(canvas: Canvas, { band, lines, bar }: PlacedBand, plot: Plot, lanes: readonly PlacedLane[]): void {
  const [from, to] = [plot.x(band.from), plot.x(band.to ?? plot.end)];
  canvas.box("band", from, bar, Math.max(to - from, 2), bandHeight, 3, bandSentence(band));
  for (const { at, name, kind } of bandEnds(band)) {
    const { look, shape } = markLooks[kind];
    const lane = lanes.find((candidate) => candidate.lane.name === name);
    canvas.shape(look, shape, plot.x(at), bar + bandHeight / 2, markRadius);
    if (lane !== undefined) canvas.shape(look, shape, plot.x(at), lane.barTop, markRadius);
  }
  for (const { x, y, text } of lines) {
    canvas.text(x, y, text, { bold: true, look: band.refused === true ? "bad" : "" });
  }
}

interface BandEnd {
  readonly kind: MarkKind;
  readonly at: number;
  readonly name: string | undefined;
}

function bandEnds({ from, to, openedBy, closedBy, refused }: Band): readonly BandEnd[] {
  const opening: BandEnd = { kind: "open", at: from, name: openedBy };
  if (to === undefined) return [opening];
  return [opening, { kind: refused === true ? "refused" : "close", at: to, name: closedBy }];
}

function drawLegend(canvas: Canvas, input: Swimlane, y: number): number {
  const kinds = new Set(input.lanes.flatMap((lane) => (lane.spans ?? []).map((span) => span.kind)));
  const marks = new Set(input.lanes.flatMap((lane) => (lane.marks ?? []).map((mark) => mark.kind)));
  for (const band of input.bands ?? []) {
    for (const { kind } of bandEnds(band)) marks.add(kind);
  }
  return canvas.legend(y, [
    ...(Object.keys(spanWords) as SpanKind[])
      .filter((kind) => kinds.has(kind))
      .map((kind) => ({
        label: spanWords[kind],
        draw: (x: number, middle: number): void => canvas.box(kind, x - 8, middle - 5, 16, 10, 2),
      })),
    ...(Object.keys(markLooks) as MarkKind[])
      .filter((kind) => marks.has(kind))
      .map((kind) => ({
        label: markLooks[kind].word,
        draw: (x: number, middle: number): void => {
          canvas.shape(markLooks[kind].look, markLooks[kind].shape, x, middle, markRadius);
        },
      })),
    ...((input.arrows ?? []).length === 0
      ? []
      : [{ label: "comes before", draw: (x: number, middle: number): void => drawArrowKey(canvas, x, middle) }]),
  ]);
}

function spanTitle({ from, to, kind, label, outcome }: Span): string {
  const what = label === undefined ? spanWords[kind] : `${label} (${spanWords[kind]})`;
  const when = to === undefined ? `from ${formatMs(from)} ms, not ended` : `${formatMs(from)} to ${formatMs(to)} ms`;
  return `${what}: ${when}${outcome === undefined ? "" : `, ${outcome}`}`;
}
