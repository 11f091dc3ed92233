/**
 * What is promised of: the miniature.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const miniature = {
  letters: "MN",
  title: "The miniature",
  terms:
    "The **incident** is the failure that Holdfast was made for: one connection shared by concurrent calls, and closed by " +
    "another call than opened it. `examples/miniature.ts` retells it without model, protocol or network, with four calls. The " +
    "**counted connection** is opened by the call that finds the count at zero and closed by the one that brings it back; " +
    "the **owned connection** has an owner.",
  promises: {
    "MN-1": "the counted connection fails with the text of `SCOPE_WRONG_TASK` when its last user is not its first",
    "MN-2":
      "of the 24 orders in which four calls can finish, the counted connection fails in 18 and the owned one in none",
    "MN-3": "the miniature has at most 60 lines and imports only `@holdfast/concurrency`",
  },
} as const satisfies Area;
