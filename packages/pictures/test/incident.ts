import type { Swimlane } from "../src/index.ts";

/** Four calls share a connection that counts its users; the last to leave is not the one that opened it. */
export const before: Swimlane = {
  title: "Before: the counted connection",
  lanes: [10, 20, 30, 40].map((end, index) => ({
    name: `task ${index}`,
    spans: [{ kind: "hold", from: 0, to: end, label: "connection", ...(end === 40 && { outcome: "failed" }) }],
    ...(end === 40 && { marks: [{ at: 40, kind: "refused", label: "the cancel scope was entered by task 0" }] }),
  })),
  bands: [{ name: "connection", from: 0, to: 40, openedBy: "task 0", closedBy: "task 3", refused: true }],
};

/** The same four calls borrow from an owner, which opens and closes. */
export const after: Swimlane = {
  title: "After: the owned connection",
  lanes: [
    {
      name: "owner",
      spans: [
        { kind: "run", from: 0, to: 3, label: "open" },
        { kind: "wait", from: 3, to: 45, label: "parked" },
        { kind: "run", from: 45, to: 48, label: "close" },
      ],
    },
    ...[13, 23, 33, 43].map((end, index) => ({
      name: `task ${index}`,
      spans: [
        { kind: "wait" as const, from: 0, to: 3 },
        { kind: "hold" as const, from: 3, to: end, label: "lease" },
      ],
    })),
  ],
  bands: [{ name: "connection", from: 3, to: 48, openedBy: "owner", closedBy: "owner" }],
};
