/**
 * Arrows in a swimlane: that one moment came before another, told above the lanes and drawn between them.
 *
 * @module
 */
import { type Canvas, px } from "./canvas.ts";
import { type Arrow, arrowSentence, type Moment } from "./swimlane-input.ts";
import { barHeight, type PlacedLane, type Plot } from "./swimlane-layout.ts";
import { fitText, wrapText } from "./text.ts";

/** The classes that arrows need. */
export const arrowRules: readonly string[] = [
  "arrow{fill:none;stroke:var(--ink);stroke-width:1.8}",
  "tip{fill:var(--ink)}",
];

interface PlacedSentence {
  readonly y: number;
  readonly text: string;
}

const tipLength = 9;
const tipWidth = 4;

/** Each arrow has lines of its own above the lanes, where nothing else can stand. */
export function placeArrowSentences(
  canvas: Canvas,
  arrows: readonly Arrow[],
  top: number,
): { readonly placed: readonly PlacedSentence[]; readonly bottom: number } {
  let y = top;
  const room = canvas.right - canvas.padding;
  const placed = arrows.flatMap((arrow) => {
    const sentence = arrowSentence(arrow, (name) => fitText(name, canvas.font, room / 3));
    return wrapText(sentence, canvas.font, room, canvas.narrow ? 3 : 2).map((text): PlacedSentence => {
      y += canvas.line;
      return { y: y - 4, text };
    });
  });
  return { placed, bottom: placed.length === 0 ? top : y + 4 };
}

export function drawArrowSentences(canvas: Canvas, placed: readonly PlacedSentence[]): void {
  for (const { y, text } of placed) canvas.text(canvas.padding, y, text);
}

/** Draws an arrow from bar to bar. */
export function drawArrow(canvas: Canvas, arrow: Arrow, plot: Plot, lanes: readonly PlacedLane[]): void {
  const [from, to] = [placeMoment(canvas, arrow.from, plot, lanes), placeMoment(canvas, arrow.to, plot, lanes)];
  if (from === undefined || to === undefined) return;
  const isLevel = from.top === to.top;
  const down = to.top > from.top;
  const middle = barHeight(canvas) / 2;
  const [y, end] = isLevel
    ? [from.top + middle, to.top + middle]
    : [down ? from.bottom : from.top, down ? to.top : to.bottom];
  drawLine(canvas, from.x, y, to.x, end, arrowSentence(arrow));
}

/** Draws the sign of an arrow into a legend. */
export function drawArrowKey(canvas: Canvas, x: number, y: number): void {
  drawLine(canvas, x - 9, y, x + 9, y, "");
}

function placeMoment(
  canvas: Canvas,
  { lane, at }: Moment,
  plot: Plot,
  lanes: readonly PlacedLane[],
): { readonly x: number; readonly top: number; readonly bottom: number } | undefined {
  const placed = lanes.find((candidate) => candidate.lane.name === lane);
  if (placed === undefined) return undefined;
  const span = placed.spans.find(({ span: { from, to = Infinity } }) => from <= at && at <= to);
  const top = span?.y ?? placed.barTop;
  return { x: plot.x(at), top, bottom: top + barHeight(canvas) };
}

function drawLine(canvas: Canvas, x: number, y: number, toX: number, toY: number, title: string): void {
  const length = Math.hypot(toX - x, toY - y);
  const [alongX, alongY] = length === 0 ? [0, 1] : [(toX - x) / length, (toY - y) / length];
  const [neckX, neckY] = [toX - alongX * tipLength, toY - alongY * tipLength];
  canvas.path("arrow", `M${px(x)} ${px(y)}L${px(neckX)} ${px(neckY)}`, title);
  const [sideX, sideY] = [-alongY * tipWidth, alongX * tipWidth];
  const corners = [
    [toX, toY],
    [neckX + sideX, neckY + sideY],
    [neckX - sideX, neckY - sideY],
  ] as const;
  canvas.path("tip", `M${corners.map(([cornerX, cornerY]) => `${px(cornerX)} ${px(cornerY)}`).join("L")}Z`);
}
