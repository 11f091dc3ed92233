/**
 * The report of the demo as one page that needs nothing but itself.
 *
 * @module
 */
import type { FailureRecord } from "../backend/failure-record.ts";
import type { Claim, Findings } from "../claims.ts";
import type { LaneMeasurement, LevelMeasurement } from "../measurement.ts";
import { callsInTurn, controlLookUpEvery, type Parameters, testLevel } from "../parameters.ts";
import { html, Markup } from "./html.ts";
import { hitRateFigure, latencyFigure, ownershipFigures } from "./figures.ts";
import { shareText } from "./share-text.ts";
import { style } from "./style.ts";

/** Everything that the report tells. */
export interface ReportInput extends Findings {
  readonly parameters: Parameters;
  readonly p: number;
  readonly failures: readonly FailureRecord[];
  readonly claims: readonly Claim[];
  readonly model: string;
}

/** Records in the page; the rest is counted. */
const recordsShown = 12;

/** Writes the page. */
export async function reportPage(input: ReportInput): Promise<string> {
  const { lanes, control, claims, miniature } = input;
  const holds = claims.every((claim) => claim.holds);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Holdfast: the incident, retold</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Markup(style)}
        </style>
      </head>
      <body>
        <main>
          <h1>Who opens, closes: the incident, retold</h1>
          <p class="lead">${leadSentence(input)}</p>
          <p class="soft">${parametersText(input)}</p>

          <h2>What happened</h2>
          <p>
            An agent's model asks for ${callsInTurn} tools in one turn. The calls run in parallel over one shared
            connection that keeps a count: whoever comes first opens it and enters its cancel scope, whoever leaves last
            closes it. A cancel scope belongs to the task that entered it. When the last to leave is another task, the
            exit is refused:
          </p>
          <p><code>${miniature.counted.message ?? "no failure was seen"}</code></p>
          ${await ownershipFigures()}
          <p>
            Over all ${miniature.counted.orders} orders in which four calls can finish, the counted connection fails
            <strong>${miniature.counted.failing}</strong>, the owned one <strong>${miniature.owned.failing}</strong>.
            Every order was run, on virtual time.
          </p>

          <h2>How often, under load</h2>
          <p>
            The same request was fired at four agents, one, four and ten at a time. <em>Counted</em> is the connection
            above; <em>official</em> is the stock MCP client, connected and closed by every run; <em>owned</em> is
            Holdfast's; <em>control</em> is an agent with one tool, which it needs in one run of ${controlLookUpEvery},
            on a counted connection of its own.
          </p>
          ${hitRateFigure([...lanes, control])} ${rateTable([...lanes, control])}
          <p class="soft">
            Levels are separate experiments and are never added up. Hits of one shared session come together, so
            requests are not independent: the interval by batches is the more careful one. The test was fixed beforehand
            at ${testLevel} in parallel: owned against counted, Fisher's exact test, two-sided p = ${pText(input.p)}.
          </p>

          <h2>How fast</h2>
          ${latencyFigure(lanes)}

          <h2>What had to hold</h2>
          <p class="${holds ? "good" : "bad"}">
            ${holds ? `All ${claims.length} claims hold.` : `${claims.filter((claim) => !claim.holds).length} of ${claims.length} claims do not hold.`}
          </p>
          <ul class="claims">
            ${claims.map(claimItem)}
          </ul>

          <h2>The runs that failed</h2>
          ${recordTable(input.failures)}

          <h2>The cure</h2>
          <p>
            A task of its own, the owner, opens the connection, lends it, parks, and closes it. The calls only borrow. A
            lease is handed back synchronously and is kept in a set, so there is no count that could disagree with the
            facts, and no call that could close under another.
          </p>
        </main>
      </body>
    </html> `;
  return page.text;
}

function leadSentence({ lanes, control }: ReportInput): string {
  const counted = levelOf(lanes, "counted");
  const owned = levelOf(lanes, "owned");
  const alone = [...lanes, control].flatMap(({ levels }) => levels.filter(({ concurrency }) => concurrency === 1));
  const failedAlone = alone.reduce((sum, { failed }) => sum + failed, 0);
  return (
    `With ${testLevel} requests in parallel, the counted connection failed ${counted.hits} of ${counted.requests} runs ` +
    `(${shareText(counted)}) and the owned one ${owned.hits} of ${owned.requests}; ` +
    `one at a time, ${failedAlone === 0 ? "nobody failed" : `${failedAlone} runs failed`}.`
  );
}

function parametersText({ parameters, model }: ReportInput): string {
  const { seed, timeScale, modelMs, toolMs } = parameters;
  const scale = timeScale < 1 ? `1/${Number((1 / timeScale).toFixed(2))}` : String(timeScale);
  return `Seed ${seed}, time scale ${scale}, ${model} model with a mean of ${modelMs.toFixed(0)} ms a call, tools of ${toolMs.toFixed(0)} ms, both lognormal.`;
}

function rateTable(lanes: readonly LaneMeasurement[]): Markup {
  const rows = lanes.flatMap(({ name, levels }) =>
    levels.map(
      (level) =>
        html`<tr>
          <th scope="row">${name}, ${level.concurrency} at a time</th>
          <td class="number" data-head="failed">${level.hits} of ${level.requests}</td>
          <td class="number" data-head="95 %">${intervalText(level.interval)}</td>
          <td class="number" data-head="batches">
            ${level.batches.hits} of ${level.batches.count} ${intervalText(level.batches.interval)}
          </td>
          <td class="number" data-head="predicted">
            ${level.predicted === null ? "none made" : `${(level.predicted * 100).toFixed(1)} %`}
          </td>
        </tr>`,
    ),
  );
  return html`<details>
    <summary>The numbers</summary>
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">agent and level</th>
          <th scope="col">failed</th>
          <th scope="col">95 % interval</th>
          <th scope="col">batches with a failure</th>
          <th scope="col">predicted</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </details>`;
}

function claimItem({ sentence, holds, found }: Claim): Markup {
  return html`<li>
    <span class="${holds ? "good" : "bad"}">${holds ? "✓ holds" : "✗ does not hold"}</span> ${sentence}<small
      >found: ${found}</small
    >
  </li>`;
}

function recordTable(failures: readonly FailureRecord[]): Markup {
  if (failures.length === 0) return html`<p>None.</p>`;
  const shown = pickRecords(failures);
  const rows = shown.map(
    ({ agent, run, message, callsInFlight, opener, closer }) =>
      html`<tr>
        <th scope="row">${agent}, ${run}</th>
        <td data-head="said">${message}</td>
        <td class="number" data-head="calls in flight">${callsInFlight}</td>
        <td class="number" data-head="opened by">${opener ?? "unknown"}</td>
        <td class="number" data-head="closed by">${closer ?? "nobody"}</td>
      </tr>`,
  );
  return html`<p>
      ${failures.length} runs failed; ${shown.length} of them are shown. Calls in flight are the most at one time while
      the run lasted.
    </p>
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">run</th>
          <th scope="col">said</th>
          <th scope="col">calls in flight</th>
          <th scope="col">opened by</th>
          <th scope="col">closed by</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`;
}

/** Some of each agent, so that the noisiest does not crowd out the others. */
function pickRecords(failures: readonly FailureRecord[]): readonly FailureRecord[] {
  const agents = [...new Set(failures.map(({ agent }) => agent))];
  const share = Math.floor(recordsShown / agents.length);
  return agents.flatMap((agent) => failures.filter((failure) => failure.agent === agent).slice(0, share));
}

function levelOf(lanes: readonly LaneMeasurement[], name: string): LevelMeasurement {
  const level = lanes.find((lane) => lane.name === name)?.levels.find(({ concurrency }) => concurrency === testLevel);
  if (level === undefined) throw new TypeError(`the lane ${name} was not measured at ${testLevel} in parallel`);
  return level;
}

function intervalText({ low, high }: { readonly low: number; readonly high: number }): string {
  return `[${(low * 100).toFixed(1)}, ${(high * 100).toFixed(1)}]`;
}

function pText(p: number): string {
  return p < 0.001 ? p.toExponential(0) : p.toFixed(3);
}
