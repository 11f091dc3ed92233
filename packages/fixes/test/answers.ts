import type { FixAnswer, PackageAnswer } from "../src/answer.ts";

/** The fix of the incident in miniature: in 1.92.0 and later, in all of 2.x. */
export function pythonFix(changes: Partial<PackageAnswer> = {}): FixAnswer {
  return answerWith({
    name: "agents-slim",
    pinnedBy: ["agents"],
    tagPrefix: "v",
    first: { stable: "v1.92.0", any: "v1.92.0", date: "2026-05-08T00:57:44Z", describe: "v1.92.0~5" },
    intervals: [
      { line: "1", from: "v1.92.0", to: "v1.107.5", open: true },
      { line: "2", from: "v2.0.0", to: "v2.3.0", open: true },
    ],
    safeFloor: { "1": "v1.92.0", "2": "v2.0.0" },
    floorDates: { "1": "2026-05-08T00:57:44Z", "2": "2026-06-23T15:36:00Z" },
    releases: {},
    ...changes,
  });
}

/** A fix that was backported to 6.x, and that the 6.x releases in between lack. */
export function npmFix(changes: Partial<PackageAnswer> = {}): FixAnswer {
  return answerWith({
    name: "socketry",
    pinnedBy: [],
    tagPrefix: "v",
    first: { stable: "v6.0.14", any: "v6.0.14", date: "2026-05-01T00:00:00Z", describe: "v6.0.14" },
    intervals: [
      { line: "6", from: "v6.0.14", to: "v6.0.15", open: false },
      { line: "6", from: "v6.2.5", to: "v6.4.0", open: true },
      { line: "7", from: "v7.0.0", to: "v7.1.0", open: true },
    ],
    safeFloor: { "5": null, "6": "v6.2.5", "7": "v7.0.0" },
    floorDates: { "5": null, "6": "2026-05-03T00:00:00Z", "7": "2026-05-04T00:00:00Z" },
    releases: {},
    ...changes,
  });
}

function answerWith(about: PackageAnswer): FixAnswer {
  return {
    query: "#7",
    commit: "f".repeat(40),
    confidence: "certain",
    packages: [about],
    backports: [],
    reverts: [],
    containedButReverted: [],
    ignoredTags: [],
  };
}
