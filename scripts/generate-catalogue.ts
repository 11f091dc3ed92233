/**
 * Puts what the explorer finds in examples/catalogue/ into docs/guides/catalogue.md: into each fence that is marked
 * `text explored check-then-act.ts`, the failure and what decides; where it is marked `whole`, all of it. `npm run docs` runs it.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explore, type Scenario } from "@holdfast/explore";

const root = join(import.meta.dirname, "..");

/** The page. */
export const cataloguePage: string = join(root, "docs/guides/catalogue.md");

const fence = /(```text explored (\S+)( whole)?\n)[^`]*(```)/g;

/** The text of the page with what is found now. */
export async function withFindings(text: string): Promise<string> {
  const blocks = [...text.matchAll(fence)].map(([, , name = "", whole]) => ({ name, isWhole: whole !== undefined }));
  const found = new Map<string, string>();
  for (const { name, isWhole } of blocks) found.set(name, await findings(name, isWhole));
  return text.replaceAll(fence, (_, head: string, name: string, _whole, end: string) => {
    return `${head}${found.get(name)}\n${end}`;
  });
}

async function findings(name: string, isWhole: boolean): Promise<string> {
  const { scenario } = (await import(join(root, "examples/catalogue", name))) as { scenario: Scenario };
  const found = await explore(scenario);
  const lines = found.explain().split("\n");
  const decision = lines.findIndex((line) => line.includes("decide:"));
  const shown = isWhole ? lines : [lines[1] ?? "", ...lines.slice(decision, decision + 3)];
  // What it does not cover is the same everywhere; the columns hang on who took the types away.
  return shown
    .filter((line) => !found.limits.includes(line.trim()))
    .map((line) => line.replace(/(?:file:\/\/)?\/\S*\/(examples\/\S+\.ts:\d+):\d+$/, "$1"))
    .join("\n");
}

if (import.meta.main) {
  writeFileSync(cataloguePage, await withFindings(readFileSync(cataloguePage, "utf8")));
}
