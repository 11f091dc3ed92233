/**
 * What is promised of: Reproduction under load.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const reproduce = {
  letters: "RP",
  title: "Reproduction under load",
  terms:
    "A **hit** is a response whose body has the signature. A **level** is a number of requests that are in flight at a time.",
  promises: {
    "RP-1": "a request without a whole response is counted as such, and is neither a hit nor a clean run",
    "RP-2": "a request without an answer does not make the interval narrower",
    "RP-3":
      "a response is judged alike by the fast connection and by the one that knows all of HTTP, however it is framed, coded and cut",
    "RP-4":
      "with an open loop, a request counts from the time at which it was due, so that a server that stalls is not forgiven the others",
    "RP-5": "a burst is sent at once, and the next when all of it is answered",
    "RP-6": "requests at random come at the times that the seed says, and the result tells the seed",
    "RP-7": "a value of the URL that looks like a secret is sent, and stands in no result and no page",
    "RP-8":
      "a header that looks like a secret is read from the environment by the test that is written, and does not stand in it",
    "RP-9": "two results are compared at the level that was asked for, whatever the others show",
    "RP-10": "as many clean runs are said to be needed as are just enough for a difference that counts",
    "RP-11": "no socket is left open when a reproduction ends",
    "RP-12": "a server that answers no request at all is `REPRODUCE_UNREACHABLE`, and no result",
    "RP-13": "a redirect to another host is not shown the secrets that the first one was",
  },
} as const satisfies Area;
