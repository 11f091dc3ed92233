/**
 * The rows of `npm run bench -- reproduce`: requests whose bodies are searched for a signature, by our reproducer and by
 * load generators that can look into a body. It needs `nginx` and `wrk`: `apt-get install nginx-light wrk`.
 *
 * @module
 */
import type { BenchmarkRow } from "../row.ts";

const measured = {
  // What the client's process costs, at ten connections that are kept, with an answer of 159 bytes.
  unit: "requests/CPU-s",
  ours: "requests/holdfast.ts",
  peers: { autocannon: "requests/autocannon.ts", wrk: "requests/wrk.ts" },
};

/** What is measured in this area. */
export const rows: readonly BenchmarkRow[] = [
  { ...measured, name: "requests", target: { against: "autocannon", least: 1.6, aim: 1.9 } },
  // Against C: the same samples.
  { ...measured, name: "requests-floor", target: { against: "wrk", least: 0.85, aim: 1 } },
];
