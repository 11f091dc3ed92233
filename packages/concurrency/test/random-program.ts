/**
 * The grammar of random structured programs, for the property tests.
 *
 * @module
 */
import * as fc from "fast-check";

/** One statement of a program; a number `at` picks one of the scopes, events, locks or tasks made so far. */
export type Statement =
  | { readonly do: "sleep"; readonly delay: number }
  | { readonly do: "checkpoint" | "yield" | "fail" }
  | { readonly do: "wait" | "set" | "cancel scope" | "cancel task" | "join" | "await task"; readonly at: number }
  | { readonly do: "shield"; readonly at: number; readonly on: boolean }
  | { readonly do: "deadline"; readonly at: number; readonly delay: number }
  | { readonly do: "scope"; readonly timeout: number | null; readonly shield: boolean; readonly body: Program }
  | { readonly do: "enter"; readonly timeout: number | null; readonly shield: boolean; readonly body: Program }
  | { readonly do: "open shield"; readonly body: Program }
  | { readonly do: "open deadline"; readonly timeout: number; readonly body: Program }
  | { readonly do: "lock" | "semaphore" | "lease"; readonly at: number; readonly body: Program }
  | { readonly do: "group"; readonly body: Program; readonly children: readonly Child[] }
  | { readonly do: "try"; readonly body: Program; readonly cleanUp: Program }
  | { readonly do: "both" | "race"; readonly left: Program; readonly right: Program };

/** A task of a group: started soon, or by `start()` with what it does before it is ready. */
export interface Child {
  /** Absent for one that is started soon; null for one that never says that it is ready. */
  readonly preparation?: Program | null;
  readonly body: Program;
}

export type Program = readonly Statement[];

const at = fc.nat(7);
const delay = fc.integer({ min: 0, max: 20 });
const timeout = fc.option(delay);
const depth = { maxDepth: 5, depthIdentifier: "program", depthSize: "max" } as const;

/** Arbitrary programs. */
export const { program } = fc.letrec<{ program: Program; statement: Statement; child: Child }>((tie) => ({
  program: fc.array(tie("statement"), {
    minLength: 1,
    maxLength: 4,
    size: "max",
    depthIdentifier: depth.depthIdentifier,
  }),
  child: fc.oneof(
    { weight: 3, arbitrary: fc.record({ body: tie("program") }) },
    { weight: 1, arbitrary: fc.record({ preparation: fc.option(tie("program")), body: tie("program") }) },
  ),
  statement: fc.oneof(
    depth,
    fc.record({ do: fc.constant("sleep" as const), delay }),
    fc.record({ do: fc.constantFrom("checkpoint" as const, "yield" as const) }),
    fc.record({ do: fc.constantFrom("wait" as const, "set" as const, "join" as const, "await task" as const), at }),
    fc.record({ do: fc.constantFrom("cancel scope" as const, "cancel task" as const), at }),
    fc.record({ do: fc.constant("fail" as const) }),
    fc.record({ do: fc.constant("shield" as const), at, on: fc.boolean() }),
    fc.record({ do: fc.constant("deadline" as const), at, delay: fc.integer({ min: -5, max: 20 }) }),
    fc.record({
      do: fc.constantFrom("scope" as const, "enter" as const),
      timeout,
      shield: fc.boolean(),
      body: tie("program"),
    }),
    fc.record({ do: fc.constant("open shield" as const), body: tie("program") }),
    fc.record({ do: fc.constant("open deadline" as const), timeout: delay, body: tie("program") }),
    fc.record({
      do: fc.constantFrom("lock" as const, "semaphore" as const, "lease" as const),
      at,
      body: tie("program"),
    }),
    fc.record({
      do: fc.constant("group" as const),
      body: tie("program"),
      children: fc.array(tie("child"), { minLength: 1, maxLength: 3, depthIdentifier: depth.depthIdentifier }),
    }),
    fc.record({ do: fc.constant("try" as const), body: tie("program"), cleanUp: tie("program") }),
    fc.record({ do: fc.constantFrom("both" as const, "race" as const), left: tie("program"), right: tie("program") }),
  ),
}));
