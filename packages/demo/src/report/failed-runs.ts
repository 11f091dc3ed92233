/**
 * The part of the report that tells of the runs that failed: what they said, and who opened and who closed.
 *
 * @module
 */
import type { FailureRecord } from "../backend/failure-record.ts";
import { html, type Markup } from "@holdfast/pictures";
import { countText } from "./words.ts";

/** Texts and runs shown of each agent; the rest is counted. */
const textsShown = 5;
const runsShown = 10;
/** A server's error may quote a whole page. */
const longestText = 300;

export function failedRuns(failures: readonly FailureRecord[]): Markup {
  if (failures.length === 0) return html`<p>None.</p>`;
  const byAgent = Map.groupBy(failures, ({ agent }) => agent);
  return html`${[...byAgent].map(([agent, records]) => agentPart(agent, records))}`;
}

function agentPart(agent: string, records: readonly FailureRecord[]): Markup {
  const texts = [...Map.groupBy(records, ({ message }) => message)].toSorted(([, a], [, b]) => b.length - a.length);
  const others = texts.slice(textsShown).reduce((sum, [, said]) => sum + said.length, 0);
  return html`<h3>${agent}: ${countText(records.length, "run")}</h3>
    <ul class="said">
      ${texts.slice(0, textsShown).map(
        ([text, said]) =>
          html`<li>
            <span>${said.length} ×</span>
            <code>${text.length > longestText ? `${text.slice(0, longestText)}…` : text}</code>
          </li>`,
      )}
    </ul>
    ${others === 0 ? "" : html`<p class="soft">${countText(others, "more run")} said something else.</p>`}
    ${partiesTable(records)}`;
}

function partiesTable(records: readonly FailureRecord[]): Markup {
  const shown = records.slice(0, runsShown);
  return html`<details>
    <summary>Who opened, who closed${records.length > shown.length ? `, in the first ${shown.length}` : ""}</summary>
    <table class="parties">
      <thead>
        <tr>
          <th scope="col">failed</th>
          <th scope="col">opened by</th>
          <th scope="col">closed by</th>
          <th scope="col">calls at once</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          ({ run, opener, closer, callsInFlight }) =>
            html`<tr>
              <th scope="row">${run}</th>
              <td>${opener ?? "unknown"}</td>
              <td>${closer ?? "unknown"}</td>
              <td>${callsInFlight}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="soft">Calls at once: the most that the agent had in flight while the run lasted.</p>
  </details>`;
}
