/**
 * What a swimlane picture is drawn from: plain data, in the words of tasks, spans and shared resources.
 *
 * @module
 */
import { formatMs } from "./scale.ts";

/** Tasks over time, and who opened and who closed what they shared. Times are milliseconds from any common start. */
export interface Swimlane {
  readonly title: string;
  /** Read out in place of the picture; told from the data when absent. */
  readonly description?: string;
  /** From top to bottom; at least one. */
  readonly lanes: readonly Lane[];
  readonly bands?: readonly Band[];
  /** Pairs of moments of which one came before the other, and had to. */
  readonly arrows?: readonly Arrow[];
}

/** One task. */
export interface Lane {
  readonly name: string;
  /** May overlap: a later span that overlaps an earlier one is drawn below it. */
  readonly spans?: readonly Span[];
  readonly marks?: readonly Mark[];
}

/** Runs its own code, waits for its turn, calls something, or holds something it borrowed. */
export type SpanKind = "run" | "wait" | "call" | "hold";

/** Something a task did for a while. */
export interface Span {
  readonly from: number;
  /** Absent when it had not ended at the end of the picture. */
  readonly to?: number;
  readonly kind: SpanKind;
  readonly label?: string;
  /** Absent when it ended well. */
  readonly outcome?: "failed" | "cancelled";
}

/** What a mark stands for; `refused` is a closing that was not allowed. */
export type MarkKind = "open" | "close" | "refused" | "cancel" | "note";

/** Something that happened at one time. */
export interface Mark {
  readonly at: number;
  readonly kind: MarkKind;
  readonly label?: string;
}

/** A resource that several tasks use: a connection, a cancel scope, a generation of a session. */
export interface Band {
  readonly name: string;
  readonly from: number;
  /** When it was closed, or when the closing was tried and refused; absent when it was open to the end. */
  readonly to?: number;
  /** The name of a lane; a line is drawn to the first lane of that name, and none to a name that no lane has. */
  readonly openedBy: string;
  /** As `openedBy`; absent when nobody closed it. */
  readonly closedBy?: string;
  /** True when the closing at `to` was refused, as the closer was not allowed to. */
  readonly refused?: boolean;
}

/** From a moment of one task to a later one of another: the pair whose order decides, say. */
export interface Arrow {
  readonly from: Moment;
  readonly to: Moment;
  /** Why the order matters; told in words above the lanes. */
  readonly label?: string;
}

/** A time in a lane. */
export interface Moment {
  /** The name of a lane, the first of that name being meant; no arrow is drawn from or to a name that no lane has. */
  readonly lane: string;
  readonly at: number;
}

/** The first and the last time in the picture; never the same. */
export function timeSpan(input: Swimlane): { readonly from: number; readonly to: number } {
  let [from, to] = [Infinity, -Infinity];
  for (const time of times(input)) {
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  if (from > to) return { from: 0, to: 1 };
  return { from, to: to === from ? from + 1 : to };
}

/** Throws on a picture without lanes and on times that cannot be drawn. */
export function assertSwimlane(input: Swimlane): void {
  if (input.lanes.length === 0) throw new RangeError("swimlaneSvg() with no lanes; give at least one");
  for (const time of times(input)) {
    if (!Number.isFinite(time)) throw new RangeError(`swimlaneSvg() with time ${time}; give finite milliseconds`);
  }
  for (const { from, to = Infinity } of [...input.lanes.flatMap((lane) => lane.spans ?? []), ...(input.bands ?? [])]) {
    if (to < from)
      throw new RangeError(`swimlaneSvg() with a span from ${from} to ${to}; end it no earlier than it begins`);
  }
}

/** What a band tells, as a sentence; `name` shortens the names in it. */
export function bandSentence(band: Band, name: (text: string) => string = String): string {
  const opener = `opened by ${name(band.openedBy)}`;
  const closer = band.closedBy === undefined ? "" : name(band.closedBy);
  if (band.refused === true) return `${name(band.name)}: ${opener}, closing${closer && ` by ${closer}`} refused`;
  if (band.to === undefined) return `${name(band.name)}: ${opener}, still open`;
  if (band.closedBy === undefined) return `${name(band.name)}: ${opener}, ended`;
  if (band.closedBy === band.openedBy) return `${name(band.name)}: opened and closed by ${closer}`;
  return `${name(band.name)}: ${opener}, closed by ${closer}`;
}

/** What the picture shows, for those who do not see it. */
export function describeSwimlane(input: Swimlane): string {
  if (input.description !== undefined) return input.description;
  const { from, to } = timeSpan(input);
  const bands = (input.bands ?? []).map((band) => bandSentence(band));
  const failed = input.lanes.filter((lane) => lane.spans?.some((span) => span.outcome === "failed"));
  return [
    `${input.lanes.length} ${input.lanes.length === 1 ? "lane" : "lanes"} over ${formatMs(to - from)} ms`,
    ...bands,
    ...(input.arrows ?? []).map((arrow) => arrowSentence(arrow)),
    ...failed.map((lane) => `${lane.name} failed`),
  ].join(". ");
}

function* times(input: Swimlane): Generator<number> {
  for (const { spans = [], marks = [] } of input.lanes) {
    for (const mark of marks) yield mark.at;
    yield* ends(spans);
  }
  yield* ends(input.bands ?? []);
  for (const { from, to } of input.arrows ?? []) {
    yield from.at;
    yield to.at;
  }
}

/** What an arrow tells, as a sentence; `name` shortens the names in it. */
export function arrowSentence({ from, to, label }: Arrow, name: (text: string) => string = String): string {
  return `${name(from.lane)} before ${name(to.lane)}${label === undefined ? "" : `: ${label}`}`;
}

function* ends(list: readonly { readonly from: number; readonly to?: number }[]): Generator<number> {
  for (const { from, to } of list) {
    yield from;
    if (to !== undefined) yield to;
  }
}
