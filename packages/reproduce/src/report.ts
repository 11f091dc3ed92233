/**
 * A reproduction as one page that needs nothing but itself.
 *
 * @module
 */
import {
  changePlotSvg,
  html,
  htmlFigure,
  htmlPage,
  type IntervalPoint,
  intervalPlotSvg,
  latencyCurveSvg,
  type Markup,
} from "@holdfast/pictures";
import type { Comparison, Verdict } from "./compare.ts";
import type { LevelResult } from "./level.ts";
import type { ReproduceResult } from "./reproduce.ts";
import type { Interval } from "./statistics.ts";

/** What the page tells. */
export interface ReportInput {
  readonly result: ReproduceResult;
  /** The run held against an earlier one. */
  readonly comparison?: Comparison | null;
}

/** What a verdict means, in a sentence. */
export const verdictSentences: Readonly<Record<Verdict, string>> = {
  fixed: "fixed: the difference is real",
  better: "better, but not gone",
  worse: "worse",
  "not-shown": "not shown: these runs do not tell the two apart",
  "never-seen": "never seen: there was no hit before either",
};

/** Writes the page. All that came from outside, such as the bodies, is escaped in it. */
export function reproduceReport({ result, comparison = null }: ReportInput): string {
  const { levels, url, hidden = [], signature, arrival = "closed", seed } = result;
  const main = html`
    <h1>${leadOf(result)}</h1>
    <p class="lead">
      Looking for <code>${signature}</code> in the answers of <code>${url}</code>.${hiddenSentence(hidden)}
    </p>
    <p class="soft">${arrivalSentence(arrival)}${seedSentence(seed)}</p>
    ${comparison === null ? "" : comparisonPart(comparison)}

    <h2>How often</h2>
    ${ratesFigure(levels)}
    <p class="soft">
      Levels are separate experiments and are never added up. Requests that share a session fail together, so hits of
      one batch are not independent: the interval by batches is the more careful one.
      ${levels.some(({ sprt }) => sprt !== null) ? "Levels that a sequential test stopped have intervals as if it had not." : ""}
    </p>
    ${ratesTable(levels)}

    <h2>How fast</h2>
    ${htmlFigure(
      "latency",
      (options) =>
        latencyCurveSvg(
          {
            title: "Responses complete within a time",
            series: levels.map(({ concurrency, latencyCurve }) => ({
              name: `${concurrency} at a time`,
              times: latencyCurve,
            })),
          },
          options,
        ),
      "From the time at which each request was due. What fails early is answered early: quick need not be good.",
    )}

    <h2>What was flagged</h2>
    ${samplesPart(levels)}
  `;
  return htmlPage({ title: `Holdfast: ${signature}`, main });
}

function leadOf({ levels, peak }: ReproduceResult): string {
  const level = levels.find(({ concurrency }) => concurrency === peak);
  if (level !== undefined) {
    return `${level.hits} of ${level.answered} responses have it at ${level.concurrency} in parallel`;
  }
  return `None of ${levels.map(({ answered }) => answered).join(", ")} responses has it`;
}

function arrivalSentence(arrival: string): string {
  if (arrival === "closed") return "Each request was sent when one before it was answered.";
  if (arrival === "burst") return "Requests were sent in bursts, each when all of the one before were answered.";
  return `Requests were due at ${arrival}, whatever the server did.`;
}

function seedSentence(seed: number | null | undefined): string {
  return typeof seed === "number" ? ` Their times were drawn from the seed ${seed}.` : "";
}

function hiddenSentence(hidden: readonly string[]): string {
  return hidden.length === 0 ? "" : ` What looks like a secret is left out of it: ${hidden.join(", ")}.`;
}

function ratesFigure(levels: readonly LevelResult[]): Markup {
  const points = levels.map(({ concurrency, hits, answered, interval, predicted }): IntervalPoint => ({
    concurrency,
    rate: hits / answered,
    interval,
    hits,
    responses: answered,
    ...(predicted === null ? {} : { predicted: predicted.requests }),
  }));
  const input = { title: "Responses with the signature", series: [{ name: "flagged", points }] };
  const isPredicted = levels.some(({ predicted }) => predicted !== null);
  return htmlFigure(
    "rates",
    (options) => intervalPlotSvg(input, options),
    `Shares with 95 % intervals.${isPredicted ? " Hollow: what a connection that counts its users would give." : ""}`,
  );
}

/** A column of the table, left out where no level has anything in it. */
interface Column {
  readonly head: string;
  readonly cell: (level: LevelResult) => string;
}

const nothing = "–";

const columns: readonly Column[] = [
  { head: "flagged", cell: ({ hits, answered }) => `${hits} of ${answered}` },
  { head: "95 % interval", cell: ({ interval }) => intervalText(interval) },
  {
    head: "batches with a hit",
    cell: ({ batches: { hits, count, interval } }) => `${hits} of ${count} ${intervalText(interval)}`,
  },
  {
    head: "predicted",
    cell: ({ predicted }) => (predicted === null ? nothing : `${percent(predicted.requests)} %`),
  },
  {
    head: "sequential test",
    cell: ({ sprt }) => (sprt === null ? nothing : `${sprt.decision} after ${sprt.responses} responses`),
  },
  {
    head: "without an answer",
    cell: ({ failures }) =>
      Object.entries(failures)
        .flatMap(([why, count]) => (count === 0 ? [] : [`${count} ${why}`]))
        .join(", ") || nothing,
  },
];

function ratesTable(levels: readonly LevelResult[]): Markup {
  const shown = columns.filter(({ cell }) => levels.some((level) => cell(level) !== nothing));
  return html`<details open>
    <summary>The numbers</summary>
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">at a time</th>
          ${shown.map(({ head }) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${levels.map(
          (level) =>
            html`<tr>
              <th scope="row">${level.concurrency}</th>
              ${shown.map(({ head, cell }) => html`<td data-head="${head}">${cell(level)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

function comparisonPart(comparison: Comparison): Markup {
  const { before, after, differenceInterval, concurrency, p, pBoschloo, verdict, runsNeeded } = comparison;
  const [first, second] = [before, after].map(({ hits, answered, interval }) => ({ hits, trials: answered, interval }));
  if (first === undefined || second === undefined) return html``;
  const title = `Before and after, ${concurrency} in parallel`;
  const isGood = verdict === "fixed" || verdict === "better";
  return html`<h2>Before and after</h2>
    <p class="${isGood ? "good" : "bad"}">${verdictSentences[verdict]}</p>
    ${htmlFigure(
      "change",
      (options) => changePlotSvg({ title, before: first, after: second, difference: differenceInterval }, options),
      `Fisher's exact test at the level fixed beforehand, two-sided: p = ${p.toPrecision(2)}.${boschlooSentence(pBoschloo)}${
        runsNeeded === null ? "" : ` ${runsNeeded} clean runs after these are enough to say fixed.`
      }`,
    )}`;
}

function boschlooSentence(p: number | null | undefined): string {
  return typeof p === "number" ? ` By Boschloo's, which sees more, it is ${p.toPrecision(2)}.` : "";
}

/** What says the same at several levels is shown once. */
function samplesPart(levels: readonly LevelResult[]): Markup {
  const found = levels.flatMap(({ concurrency, samples }) => samples.map((sample) => ({ concurrency, ...sample })));
  const texts = Map.groupBy(found, ({ status, body }) => `${status} ${body}`);
  if (texts.size === 0) return html`<p>Nothing.</p>`;
  return html`${[...texts.values()].map((same) => {
    const [first] = same;
    const at = [...new Set(same.map(({ concurrency }) => concurrency))].join(", ");
    return html`<p class="soft">${at} at a time, status ${first?.status ?? 0}</p>
      <pre><code>${first?.body ?? ""}</code></pre>`;
  })}`;
}

function intervalText({ low, high }: Interval): string {
  return `[${percent(low)}, ${percent(high)}]`;
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}
