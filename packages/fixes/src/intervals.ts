/**
 * From "this release has it, that one lacks it" to intervals by version line, and the safe floor of each line.
 *
 * @module
 */
import { isoDate } from "./iso-date.ts";
import type { FixInterval } from "./answer.ts";
import type { Release } from "./tags.ts";

/** What the releases of a package say, by line. */
export interface Lines {
  readonly intervals: readonly FixInterval[];
  readonly safeFloor: Readonly<Record<string, string | null>>;
  readonly floorDates: Readonly<Record<string, string | null>>;
  readonly releases: Readonly<Record<string, readonly string[]>>;
}

/**
 * Makes the intervals. A line is judged by its stable releases; by its pre-releases only while it has no other.
 *
 * @param releases lowest version first
 */
export function makeIntervals(releases: readonly Release[], hasFix: (release: Release) => boolean): Lines {
  const intervals: FixInterval[] = [];
  const safeFloor: Record<string, string | null> = {};
  const floorDates: Record<string, string | null> = {};
  const stableTags: Record<string, readonly string[]> = {};
  for (const [line, all] of Map.groupBy(releases, (release) => release.line)) {
    const stable = all.filter(({ isPre }) => !isPre);
    if (stable.length > 0) stableTags[line] = stable.map(({ tag }) => tag);
    const judged = stable.length > 0 ? stable : all;
    const found: FixInterval[] = [];
    let from: Release | null = null;
    let to: Release | null = null;
    for (const release of judged) {
      if (hasFix(release)) {
        from ??= release;
        to = release;
      } else if (from !== null && to !== null) {
        found.push({ line, from: from.tag, to: to.tag, open: false });
        from = null;
      }
    }
    if (from !== null && to !== null) found.push({ line, from: from.tag, to: to.tag, open: true });
    if (found.length === 0) continue;
    intervals.push(...found);
    const floor = stable.length > 0 ? from : null;
    safeFloor[line] = floor?.tag ?? null;
    floorDates[line] = floor === null ? null : isoDate(floor.seconds);
  }
  return { intervals, safeFloor, floorDates, releases: stableTags };
}
