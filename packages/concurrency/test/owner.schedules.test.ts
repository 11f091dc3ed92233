import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, sleep, taskGroup } from "../src/index.ts";
import { allSchedules, type Program, someSchedules } from "./all-schedules.ts";
import { type WatchedOptions, WatchedOwner } from "./watched-owner.ts";

/** Hundreds of programs take their time on a machine that is busy. */
const timeout = 15_000;

/** What one task of a program does. */
type Act = (watched: WatchedOwner, scope: CancelScope) => unknown;

const borrow: Act = (watched) => watched.borrow();
const open: Act = (watched) => watched.open();
const lose: Act = (watched) => watched.lose();
const close: Act = ({ owner }) => owner.close();
const drain: Act = ({ owner }) => owner.drain(5);
const borrowInScope: Act = (watched, scope) => scope.run(() => watched.borrow());
const cancelScope: Act = (_watched, scope) => scope.cancel();
const after =
  (delay: number, act: Act): Act =>
  (...given) =>
    sleep(delay).then(() => act(...given));

/** Runs the acts side by side, closes, and checks. */
function program(acts: readonly Act[], options: WatchedOptions): Program {
  return async () => {
    const watched = new WatchedOwner(options);
    const scope = new CancelScope();
    await taskGroup((group) => {
      for (const act of acts) group.startSoon(() => act(watched, scope));
    });
    await watched.owner.close();
    watched.check();
  };
}

const retrying: WatchedOptions = { failing: [1], maxAttempts: 2, backoff: { initial: 10, jitter: 0 } };

const small: [orders: number, what: string, acts: readonly Act[], options: WatchedOptions][] = [
  [24, "a borrower and a close", [borrow, close], {}],
  [12, "a borrower and a drain", [borrow, drain], {}],
  [990, "a borrower, an opening ahead and a close", [borrow, open, close], {}],
  [27, "a borrower and a loss", [borrow, lose], {}],
  [226, "a borrower, a loss and a drain", [borrow, lose, drain], {}],
  [13, "a borrower that is cancelled", [borrowInScope, cancelScope], {}],
  [269, "a borrower that is cancelled, and another", [borrowInScope, cancelScope, borrow], {}],
  [158, "a borrower that is cancelled, and a close", [borrowInScope, cancelScope, close], {}],
  [24, "two borrowers and an opening that fails", [borrow, borrow], { failing: [1] }],
  [48, "two borrowers and a first attempt that fails", [borrow, borrow], { failing: [1], maxAttempts: 2 }],
  [13, "a borrower, a close and a first attempt that fails", [borrow, close], { failing: [1], maxAttempts: 2 }],
  [435, "a borrower and a close when the backoff ends", [borrow, after(10, close)], retrying],
  [185, "a cancellation when the backoff ends", [borrowInScope, after(10, cancelScope)], retrying],
  [60, "a borrower when the idle time-out ends", [borrow, after(10, borrow)], { idleTimeout: 10 }],
  [60, "a close when the idle time-out ends", [borrow, after(10, close)], { idleTimeout: 10 }],
  [114, "a loss when the idle time-out ends", [borrow, after(10, lose)], { idleTimeout: 10 }],
];

test(`${covers("OW-33")} (all 248 orders of a borrower, a loss and a close)`, { timeout }, async () => {
  const explored = await allSchedules(program([borrow, lose, close], {}), { limit: 1_000 });

  expect(explored).toEqual({ orders: 248, exhausted: true });
});

test.each(small)("and in all %i orders of %s", { timeout }, async (orders, _what, acts, options) => {
  const explored = await allSchedules(program(acts, options), { limit: 1_000 });

  expect(explored).toEqual({ orders, exhausted: true });
});

const large: [what: string, acts: readonly Act[], options: WatchedOptions][] = [
  ["two borrowers and a close", [borrow, borrow, close], {}],
  ["two borrowers and a loss", [borrow, borrow, lose], {}],
  [
    "four borrowers, two openings that fail, a cancellation, a loss and a drain",
    [borrow, borrow, borrowInScope, cancelScope, after(10, borrow), after(10, lose), after(20, drain)],
    { failing: [1, 3], maxAttempts: 2, backoff: { initial: 10, jitter: 0 }, idleTimeout: 10 },
  ],
];

test.each(large)(
  "and in the first 300 orders of %s, and in 300 runs drawn by chance",
  { timeout },
  async (_what, acts, options) => {
    const first = await allSchedules(program(acts, options), { limit: 300 });
    const drawn = await someSchedules(program(acts, options), { runs: 300, seed: 20_261_122 });

    expect(first).toEqual({ orders: 300, exhausted: false });
    expect(drawn).toBeGreaterThan(50);
  },
);
