/**
 * Rows about questions: which releases have a fix, asked of a repository of 100,000 commits, as cloned (there is no
 * commit-graph file).
 *
 * @module
 */
import type { BenchmarkRow } from "../row.ts";

const git = "git tag --contains";
const oneQuery = "one query";

/** One question, a thousand over one reading, and the memory that one takes. */
export const queryRows: readonly BenchmarkRow[] = [
  {
    // In real time, as most of it passes in git. Twice the peer and 200 ms more, which is half of the peer's time.
    name: "one",
    unit: "ms",
    ours: "one/holdfast.ts",
    peers: { [git]: "one/git.ts" },
    target: { against: git, most: 2.5, aim: 1.2 },
  },
  {
    name: "thousand",
    unit: "ms",
    ours: "thousand/holdfast.ts?queries=1000",
    peers: { [oneQuery]: "thousand/holdfast.ts?queries=1" },
    target: { against: oneQuery, most: 3, aim: 1.5 },
  },
  {
    name: "heap",
    unit: "MB at the most",
    ours: "heap/holdfast.ts",
    peers: { "the log as one text": "heap/log.ts" },
    target: { most: 500 },
    isFresh: true,
  },
];
