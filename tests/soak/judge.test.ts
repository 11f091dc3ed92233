import { expect, test } from "vitest";
import { type Findings, judge } from "../../scripts/soak/judge.ts";
import { claims } from "../../scripts/soak/tally.ts";

const MiB = 1_024 * 1_024;
const held = { sessionsOpen: 0, inFlight: 0, streamsOpen: 0, socketsOpen: 0 };
const rests = Array.from({ length: 12 }, (_, window) => ({ calls: 100 * (window + 1), heap: 30 * MiB, handles: 20 }));

/** Three calls: one answered, one that did not run, one of which nobody knows. */
const good: Findings = {
  claimed: Uint8Array.of(claims.ran, claims.didNotRun, claims.mayHaveRun),
  laneOf: () => ({ name: "lane", mostRuns: 1 }),
  servers: { executed: Uint8Array.of(1, 0, 1), held, struck: {} },
  untyped: [],
  mixedUp: [],
  rests,
  handlesBefore: 10,
  handlesAfter: 10,
  handlesOfLanes: 20,
  ledger: [],
  unusable: [],
  noises: [],
};

/** The rules that are broken, by their first words. */
function broken(findings: Partial<Findings>): string[] {
  return judge({ ...good, ...findings }).flatMap(({ rule, holds }) =>
    holds ? [] : [rule.split(" ").slice(0, 4).join(" ")],
  );
}

function ran(...executed: number[]): Partial<Findings> {
  return { servers: { executed: Uint8Array.from(executed), held, struck: {} } };
}

test("a soak in which all is well breaks no rule", () => {
  expect(broken({})).toEqual([]);
});

test("a call that ran twice is seen, unless its lane has opted in", () => {
  const laneOf: Findings["laneOf"] = () => ({ name: "lane", mostRuns: 2 });

  expect(broken(ran(2, 0, 1))).toEqual(["no call runs twice,"]);
  expect(broken({ ...ran(2, 0, 1), laneOf })).toEqual([]);
  expect(broken({ ...ran(3, 0, 1), laneOf })).toEqual(["no call runs twice,"]);
});

test("an outcome that is wrong about whether its call ran is seen", () => {
  expect(broken(ran(1, 1, 0))).toEqual(["what an outcome says"]);
  expect(broken(ran(0, 0, 0))).toEqual(["what an outcome says"]);
});

test("a heap that grows after the warm-up is seen, and one that grows in it is not", () => {
  const grown = (from: number, by: number): Partial<Findings> => ({
    rests: rests.map((rest, window) => ({ ...rest, heap: (30 + by * Math.max(0, window - from)) * MiB })),
  });

  expect(broken(grown(0, 1))).toEqual(["the heap grows by"]);
  expect(broken({ rests: rests.map((rest, window) => ({ ...rest, heap: window < 3 ? MiB : 30 * MiB })) })).toEqual([]);
});

test("what is held at rest beyond what may be, or after the close at all, is seen", () => {
  expect(broken({ rests: [...rests, { calls: 1_300, heap: 30 * MiB, handles: 31 }] })).toEqual(["at rest there are"]);
  expect(broken({ handlesAfter: 11 })).toEqual(["after the close there"]);
  expect(broken({ ledger: ["stdio has leases 1"] })).toEqual(["after the close the"]);
  expect(broken({ servers: { ...good.servers, held: { ...held, sessionsOpen: 1 } } })).toEqual(["after the close the"]);
});

test("an error without a type, an answer of another call, a dead lane and a warning are seen", () => {
  expect(broken({ untyped: ["call 7 threw"] })).toEqual(["every call ends with"]);
  expect(broken({ mixedUp: ["call 7 was answered 8"] })).toEqual(["every answer is that"]);
  expect(broken({ unusable: ["stdio"] })).toEqual(["every lane answers once"]);
  expect(broken({ noises: ["MaxListenersExceededWarning"] })).toEqual(["there is no warning,"]);
});
