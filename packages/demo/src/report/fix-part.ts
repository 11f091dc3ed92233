/**
 * The part of the report that tells which releases have the fix, and what a project should require.
 *
 * @module
 */
import { html, type Markup } from "@holdfast/pictures";
import type { BundledFix } from "../fix/ask-fix.ts";

/** The answer as tables and a diff; on a machine without git, why there is none. */
export function fixPart(fix: BundledFix | null): Markup {
  if (fix === null) return html`<p>Not asked: this machine has no git. Install git and run the demo again.</p>`;
  const { answer, package: about, diff } = fix;
  const floors = Object.entries(about.safeFloor).toSorted(([a], [b]) => Number(a) - Number(b));
  return html`<p>
      The same fix in a small bundled repository: commit <code>${short(answer.commit)}</code> of
      ${about.name ?? "a package"}, first released in <strong>${about.first.stable ?? "no release"}</strong>.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">major</th>
          <th scope="col">releases that have it</th>
          <th scope="col">safe floor</th>
        </tr>
      </thead>
      <tbody>
        ${floors.map(
          ([line, floor]) =>
            html`<tr>
              <th scope="row">${line}</th>
              <td>
                ${about.intervals
                  .filter((interval) => interval.line === line)
                  .map(({ from, to, open }) => `${from} to ${open ? "the latest" : to}`)
                  .join(", ")}
              </td>
              <td>${floor ?? "none"}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <ul>
      ${answer.backports.map(
        ({ commit, first, evidence }) =>
          html`<li>
            Backport <code>${short(commit)}</code>, first in ${first ?? "no release"}: known by ${evidence.join(", ")}.
          </li>`,
      )}
      ${answer.reverts.map(
        ({ commit, reapplies, first }) =>
          html`<li>
            ${reapplies ? "Put back in" : "Taken out"} by <code>${short(commit)}</code>, first in
            ${first ?? "no release"}.
          </li>`,
      )}
    </ul>
    <p>What a project that requires ${fix.raise.before} should change:</p>
    <pre><code>${diff}</code></pre>`;
}

function short(hash: string | null): string {
  return hash?.slice(0, 9) ?? "unknown";
}
