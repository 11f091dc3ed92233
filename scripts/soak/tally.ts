/**
 * What became of the calls of a soak: counted by lane and by outcome, and for each call what its outcome says of whether it
 * ran. Of a size that the number of calls decides before the first, so that it is no growth.
 *
 * @module
 */

/** What the end of a call says about its run: nothing is known of a call that was not made. */
export const claims = { unmade: 0, ran: 1, didNotRun: 2, mayHaveRun: 3 } as const;

/** One of {@link claims}. */
export type Claim = (typeof claims)[keyof typeof claims];

export class Tally {
  /** By the number of the call, one of {@link claims}. */
  readonly claimed: Uint8Array;
  /** By lane, how many calls ended in which way. */
  readonly outcomes: Map<string, Map<string, number>> = new Map<string, Map<string, number>>();
  /** What was thrown that has no type; the first few. */
  readonly untyped: string[] = [];
  /** Answers that were those of another call; the first few. */
  readonly mixedUp: string[] = [];

  constructor(calls: number) {
    this.claimed = new Uint8Array(calls);
  }

  ended(lane: string, call: number, outcome: string, claim: Claim): void {
    this.claimed[call] = claim;
    const counts = this.outcomes.get(lane) ?? new Map<string, number>();
    this.outcomes.set(lane, counts);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
}
