/**
 * What is promised of: memory channels.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const memoryChannels = {
  letters: "MC",
  title: "Memory channels",
  terms:
    "`openMemoryChannel(bufferSize)` opens a **channel** and gives its **ends**: `send` puts items in, `receive` takes them " +
    "out. `clone()` makes another end of the same **side**; a side is closed when all its ends are. The **buffer** keeps items " +
    "whose sender has gone on. A call whose name ends in `NoWait` throws where the other would wait.",
  promises: {
    "MC-1": "without a buffer `send()` returns once a receiver has the item, whichever of the two came first",
    "MC-2": "`sendNoWait()` hands each item to the receiver that has waited longest",
    "MC-3": "an item that was sent is received without waiting, and `send()` does not wait while the buffer has room",
    "MC-4":
      "taking from a full buffer lets in the sender that has waited longest, and items come out in the order sent",
    "MC-5": "`for await` gives every item and ends when the send side is closed and the channel empty",
    "MC-6": "every operation of a closed end throws `RESOURCE_CLOSED`",
    "MC-7": "receiving from an empty channel whose send side is closed throws `END_OF_STREAM`",
    "MC-8": "sending into a channel whose receive side is closed throws `RESOURCE_BROKEN`",
    "MC-9": "a receiver that is cancelled leaves, and `sendNoWait()` then throws `RESOURCE_WOULD_BLOCK`",
    "MC-10":
      "a sender that is cancelled leaves with its item, and `receiveNoWait()` then throws `RESOURCE_WOULD_BLOCK`",
    "MC-11": "a clone keeps its side open, and all ends of a side see the same items",
    "MC-12": "cloning a closed end throws `RESOURCE_CLOSED`",
    "MC-13": "closing the send side while receivers wait throws `END_OF_STREAM` in each of them",
    "MC-14":
      "closing the receive side while senders wait throws `RESOURCE_BROKEN` in each of them, whatever their items",
    "MC-15": "what is in the buffer when the send side closes can still be received",
    "MC-16": "`send()` and `receive()` in a cancelled scope throw and leave the channel as it was",
    "MC-17": "a receiver that is cancelled right after an item was handed to it still gets the item",
    "MC-18": "an item that is sent right after a receiver was cancelled stays in the buffer for the next",
    "MC-19": "`statistics()` counts the items in the buffer, the open ends and the waiting tasks of each side",
    "MC-20": "`close()` is synchronous, does nothing the second time, and is what `using` calls",
    "MC-21": "a buffer size that is no whole number from 0 up and not `Infinity` is refused",
    "MC-22": "`null` and `undefined` are items like any other",
    "MC-23":
      "closing an end throws `RESOURCE_CLOSED` in whoever waits at that very end, and leaves the other ends alone",
    "MC-24": "closing the receive side drops what is in the buffer",
    "MC-25": "leaving a `for await` loop early closes nothing, and a second loop goes on where the first stopped",
    "MC-26": "`sendNoWait()` passes over a receiver whose cancellation is under way, so that no item is lost",
    "MC-27": "`send()` and `receive()` are checkpoints: they let other tasks go on even when they need not wait",
    "MC-28": "the ends of a channel may be used outside every task, and from different runtimes",
    "MC-29": "a `send()` or `receive()` that nobody awaits is no unhandled rejection when it is cancelled",
    "MC-30":
      "each item is received at most once and in its sender's order, and none is lost unless its `send()` threw or the receive side was closed",
    "MC-31": "the waits of one channel end at the same cost each, however many there are",
  },
  absent: {
    "MC-32":
      "a warning when an end is collected without having been closed: JavaScript does not say when, or whether, that happens",
  },
} as const satisfies Area;
