/**
 * The versions that the members of a workspace share, in pnpm-workspace.yaml and .yarnrc.yml: catalogs and overrides.
 *
 * @module
 */
import { JSON_SCHEMA, load } from "js-yaml";
import { tableOf, textOf } from "../locks/lock.ts";
import { ManifestUnreadableError } from "../project-errors.ts";
import { npmObstacleOf, overriddenName } from "./package-json.ts";
import type { Requirement } from "./requirement.ts";

/**
 * Every entry of the catalogs and of the overrides. Where an entry stands is read from the lines; one that the lines do
 * not show as the parser reads it (a flow style, an anchor, a folded text) is given as one that no edit can raise.
 *
 * @throws ManifestUnreadableError
 */
export function catalogRequirements(path: string, text: string): Requirement[] {
  let root: Readonly<Record<string, unknown>>;
  try {
    root = tableOf(load(text.replace(/^\uFEFF/, ""), { schema: JSON_SCHEMA }));
  } catch (error) {
    const [found = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new ManifestUnreadableError(path, `it is no YAML (${found})`, { cause: error });
  }
  const places = placesIn(text);
  const groups = Object.keys(tableOf(root["catalogs"])).map((name) => ["catalogs", name]);
  return [["catalog"], ...groups, ["overrides"]].flatMap((keys) => {
    const entries = keys.reduce((table, key) => tableOf(table[key]), root);
    return Object.entries(entries).map(([key, value]): Requirement => {
      const range = textOf(value) ?? "";
      const place = places.get(JSON.stringify([...keys, key]));
      const isPlain = place !== undefined && text.startsWith(range, place) && range !== "";
      return {
        package: keys[0] === "overrides" ? overriddenName(key) : key,
        table: keys.join("."),
        range,
        offset: place ?? 0,
        dialect: "npm",
        obstacle: isPlain ? npmObstacleOf(range) : "it is not written as one plain line; raise it there by hand",
      };
    });
  });
}

/** By the keys that lead to it, where each value of one line starts, behind its quote. */
function placesIn(text: string): Map<string, number> {
  const places = new Map<string, number>();
  const open: { readonly indent: number; readonly key: string }[] = [];
  let start = 0;
  for (const row of text.split("\n")) {
    const match = /^(\uFEFF? *)(?:'([^']+)'|"([^"\\]+)"|([^\s'"#-][^:]*|-[^\s:][^:]*))\s*:(?:([ \t]+)(.*?))?\s*$/.exec(
      row,
    );
    if (match !== null) {
      const [, lead = "", single, double, bare, gap = "", value = ""] = match;
      const indent = lead.replace("\uFEFF", "").length;
      while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
      open.push({ indent, key: single ?? double ?? bare ?? "" });
      const at = start + row.indexOf(":", lead.length + (single ?? double ?? bare ?? "").length) + 1 + gap.length;
      const isQuoted = /^(['"])(?:(?!\1).)*\1\s*(?:#.*)?$/.test(value);
      const isBare = /^[^'"[{&*!|>#][^#]*(?:\s#.*)?$/.test(value);
      if (isQuoted || isBare) places.set(JSON.stringify(open.map(({ key }) => key)), isQuoted ? at + 1 : at);
    }
    start += row.length + 1;
  }
  return places;
}
