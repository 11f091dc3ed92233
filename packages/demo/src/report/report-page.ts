/**
 * The report of the demo as one page that needs nothing but itself.
 *
 * @module
 */
import { html, htmlPage, type Markup } from "@holdfast/pictures";
import type { FailureRecord } from "../backend/failure-record.ts";
import type { Claim, Findings } from "../claims.ts";
import { scenarioPath } from "../explored-miniature.ts";
import { atTestLevel, type LaneMeasurement } from "../measurement.ts";
import { callsInTurn, controlLookUpEvery, type Parameters, testLevel } from "../parameters.ts";
import { failedRuns } from "./failed-runs.ts";
import { failingOrderFigure, hitRateFigure, latencyFigure, ownershipFigures } from "./figures.ts";
import { fixPart } from "./fix-part.ts";
import { countText, intervalText, listText, percentText, pText } from "./words.ts";

/** Everything that the report tells. */
export interface ReportInput extends Findings {
  readonly parameters: Parameters;
  readonly p: number;
  readonly failures: readonly FailureRecord[];
  readonly claims: readonly Claim[];
}

/** Writes the page. */
export async function reportPage(input: ReportInput): Promise<string> {
  const { lanes, control, claims, miniature, explored, fix, parameters, failures } = input;
  const all = [...lanes, control];
  const main = html`
    <h1>Who opens, closes: the incident, retold</h1>
    <p class="lead">${leadSentence(input)}</p>
    <p class="soft">${parametersText(parameters)}</p>

    <h2>What happened</h2>
    <p>
      An agent's model asks for ${callsInTurn} tools in one turn. The calls run in parallel over one shared connection
      that keeps a count: whoever comes first opens it and enters its cancel scope, whoever leaves last closes it. A
      cancel scope belongs to the task that entered it. When the last to leave is another task, the exit is refused:
    </p>
    <pre><code>${miniature.counted.message ?? "no failure was seen"}</code></pre>
    ${await ownershipFigures()}
    <p>
      Over all ${miniature.counted.orders} orders in which the calls can finish, the counted connection fails
      <strong>${miniature.counted.failing}</strong>, the owned one <strong>${miniature.owned.failing}</strong>. Every
      order was run, on virtual time.
    </p>
    ${failingOrderFigure(explored.counted)} ${explorerPart(explored)}

    <h2>How often, under load</h2>
    <p>
      The same request was fired at ${all.length} agents,
      ${listText(parameters.levels.map(({ concurrency }) => concurrency))} in parallel.
      <em>Counted</em> is the connection above; <em>official</em> is the stock MCP client, shared by all runs and
      connected and closed by each; <em>owned</em> is Holdfast's; <em>control</em> is an agent with one tool on a
      counted connection of its
      own${parameters.model === null ? `, which it needs in one run of ${controlLookUpEvery}` : ""}.
    </p>
    ${hitRateFigure(all)} ${rateTable(all)}
    <p class="soft">
      Levels are separate experiments and are never added up. Hits of one shared session come together, so requests are
      not independent: the interval by batches is the more careful one. The test was fixed beforehand at ${testLevel} in
      parallel: owned against counted, Fisher's exact test, two-sided, p = ${pText(input.p)}.
    </p>

    <h2>How fast</h2>
    ${latencyFigure(lanes)}

    <h2>Which releases have the fix</h2>
    ${fixPart(fix)}

    <h2>What had to hold</h2>
    ${claimList(claims)}

    <h2>The runs that failed</h2>
    ${failedRuns(failures)}

    <h2>The cure</h2>
    <p>
      A task of its own, the owner, opens the connection, lends it, parks, and closes it. The calls only borrow. A lease
      is handed back synchronously and is kept in a set, so there is no count that could disagree with the facts, and no
      call that could close under another.
    </p>
  `;
  return htmlPage({ title: "Holdfast: the incident, retold", main });
}

function explorerPart({ counted, owned }: Findings["explored"]): Markup {
  const again =
    counted.replay === null
      ? html``
      : html`<p>The same order again, from a checkout:</p>
          <pre><code>npm start -- replay ${scenarioPath} ${counted.replay}</code></pre>`;
  return html`${again}
    <p>
      The explorer's verdict on the owned connection, with the starts of its calls interleaved too:
      <strong>${owned.verdict}</strong>, ${countText(owned.orders, "order")} tried. Limits: no cancellation;
      ${owned.limits.join("; ")}.
    </p>
    <details>
      <summary>What the explorer says of the counted connection</summary>
      <pre><code>${counted.explanation}</code></pre>
    </details>`;
}

function leadSentence({ lanes, control }: ReportInput): string {
  const counted = atTestLevel(lanes, "counted");
  const owned = atTestLevel(lanes, "owned");
  const alone = [...lanes, control].flatMap(({ levels }) => levels.filter(({ concurrency }) => concurrency === 1));
  const failedAlone = alone.reduce((sum, { failed }) => sum + failed, 0);
  const aloneText = failedAlone === 0 ? "nobody failed" : `${countText(failedAlone, "run")} failed`;
  return (
    `With ${testLevel} requests in parallel, the counted connection failed ${counted.hits} of ${counted.requests} runs ` +
    `(${percentText(counted.hits / counted.answered)}) and the owned one ${owned.hits} of ${owned.requests}` +
    `${alone.length === 0 ? "" : `; one at a time, ${aloneText}`}.`
  );
}

function parametersText({ seed, timeScale, modelMs, toolMs, model }: Parameters): string {
  const scale = timeScale < 1 ? `1/${Number((1 / timeScale).toFixed(2))}` : String(timeScale);
  const times =
    model === null
      ? `a scripted model of ${modelMs.toFixed(0)}\u00a0ms a call and tools of ${toolMs.toFixed(0)}\u00a0ms, in the mean of a lognormal distribution`
      : `the model ${model}, tools of ${toolMs.toFixed(0)}\u00a0ms in the mean of a lognormal distribution`;
  return `Seed ${seed}, time scale ${scale}: ${times}.`;
}

function rateTable(lanes: readonly LaneMeasurement[]): Markup {
  const rows = lanes.flatMap(({ name, levels }) =>
    levels.map(
      ({ concurrency, hits, answered, interval, batches, predicted }) =>
        html`<tr>
          <th scope="row">${name}, ${concurrency} at a time</th>
          <td data-head="failed">${hits} of ${answered}</td>
          <td data-head="95 % interval">${intervalText(interval)}</td>
          <td data-head="batches with a failure">
            ${batches.hits} of ${batches.count} ${intervalText(batches.interval)}
          </td>
          <td data-head="predicted">${predicted === null ? "–" : percentText(predicted)}</td>
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

function claimList(claims: readonly Claim[]): Markup {
  const broken = claims.filter(({ holds }) => !holds).length;
  const verdict =
    broken === 0 ? `All ${claims.length} claims hold.` : `${broken} of ${claims.length} claims do not hold.`;
  return html`<p class="${broken === 0 ? "good" : "bad"}">${verdict}</p>
    <ul class="claims">
      ${claims.map(
        ({ sentence, holds, found }) =>
          html`<li>
            <span class="${holds ? "good" : "bad"}" role="img" aria-label="${holds ? "holds" : "does not hold"}"
              >${holds ? "✓" : "✗"}</span
            >
            <div>
              <p>${sentence}</p>
              <p class="soft">found: ${found}</p>
            </div>
          </li>`,
      )}
    </ul>`;
}
