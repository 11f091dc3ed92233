/**
 * What is promised of: bridges.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const bridges = {
  letters: "BR",
  title: "Bridges",
  terms:
    "`iterate(source)` reads an async iterable or a web stream, and `waitForEvent(target, name)` waits for one event of an " +
    "emitter or an EventTarget, both under the scope of the code that waits. **Telling** a source means calling `return()` of " +
    "its iterator, or `cancel()` of its stream.",
  promises: {
    "BR-1": "`iterate` gives the items of an async iterable or a web stream in order, and ends with the source",
    "BR-2": "a cancellation ends the wait for the next item at once, whatever the source does",
    "BR-3":
      "a source is told once when the loop is left by `break`, a throw or a cancellation, and not when it ended by itself",
    "BR-4": "a web stream is unlocked when the loop has ended, however it ended",
    "BR-5": "`break` and a throw in the loop wait until the source has cleaned up",
    "BR-6":
      "a source whose clean-up never ends holds up a loop for `closeTimeout` at most, and a cancelled one not at all",
    "BR-7": "what the source throws is thrown in the loop, and what it throws too late is no unhandled rejection",
    "BR-8": "a Node stream is destroyed however the loop ended, also when it was cancelled while no data came",
    "BR-9": "an item is waited for under the scope that the loop runs in, wherever `iterate` was called",
    "BR-10": "a source that always has an item ready lets deadlines fire",
    "BR-11": "`waitForEvent` gives the arguments of an emitter's event as an array",
    "BR-12": "`waitForEvent` gives the event of an EventTarget",
    "BR-13": "an `error` that an emitter emits first is thrown, unless `error` is the event waited for",
    "BR-14": "with a filter the first event that it admits is given, and what it throws is thrown",
    "BR-15": "`waitForEvent` leaves no listener behind, whatever came of the wait",
    "BR-16": "the filter runs outside every task, and the waiter goes on in its own",
  },
} as const satisfies Area;
