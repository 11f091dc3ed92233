/**
 * From "this release has it, that one lacks it" to intervals by version line, and the safe floor of each line.
 *
 * @module
 */
import type { FixInterval } from "./answer.ts";
import type { Release } from "./tags.ts";

/** What the releases of a package say, by line. */
export interface Lines {
  readonly intervals: readonly FixInterval[];
  readonly safeFloor: Readonly<Record<string, string | null>>;
}

/**
 * Makes the intervals. A line is judged by its stable releases; by its pre-releases only while it has no other.
 *
 * @param releases lowest version first
 */
export function makeIntervals(releases: readonly Release[], hasFix: (release: Release) => boolean): Lines {
  const intervals: FixInterval[] = [];
  const safeFloor: Record<string, string | null> = {};
  for (const [line, all] of Map.groupBy(releases, (release) => release.line)) {
    const stable = all.filter(({ isPre }) => !isPre);
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
    safeFloor[line] = from !== null && stable.length > 0 ? from.tag : null;
  }
  return { intervals, safeFloor };
}
