/**
 * What is promised of: MCP over Streamable HTTP.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const mcpHttp = {
  letters: "MH",
  title: "MCP over Streamable HTTP",
  terms:
    "**Sockets** are those that calls hold; cancellations, answers to the server, the end of the session and streams that stand " +
    "have others. A call is **unsent** when no byte of it can have reached the server; otherwise it **may have run**.",
  promises: {
    "MH-1": "a thousand calls at the same time open no more than `sockets` sockets, and all are answered",
    "MH-2": "a call that is cancelled while it waits for a socket is never sent, and neither is its cancellation",
    "MH-3": "calls that are cancelled, fifty at a time, leave no socket open that they held, and disturb no other call",
    "MH-4": "the cancellation of a call reaches the server while calls hold every socket",
    "MH-5": "what the client answers to the server, and a ping, go out while calls hold every socket",
    "MH-6": "an answer that is cut off at any byte fails its call at once, and is never taken for whole",
    "MH-7": "a call for which no connection could be made is unsent, and one whose connection broke may have run",
    "MH-8": "a call that is cancelled while its connection is being made is unsent",
    "MH-9": "404 and 410 to a request that named the session mean that it has expired",
    "MH-10": "an answer stream that breaks off after an event with an id is resumed after that event",
    "MH-11":
      "an answer stream that cannot be resumed, or ends ever again, fails its call after a bounded number of tries",
    "MH-12":
      "the stream of notifications is opened again when it ends, and given up when it ends at once too often in a row",
    "MH-13": "a server without a stream of notifications is asked for one once",
    "MH-14": "closing ends the session with DELETE, and 404, 405 and 410 are as good as done",
    "MH-15": "a redirect within the origin is followed with the same method, and any other is refused",
    "MH-16":
      "headers, events and bodies that are longer than their limits fail the call with an error that names the limit",
    "MH-17": "a stream of events is read alike however its bytes are split",
    "MH-18": "a stream that a server leaves open after the answer is closed, and its socket freed",
    "MH-19": "the proxy that the environment names is used, and never for what runs on the same machine",
    "MH-20": "a dispatcher that was given carries everything, and stays open",
    "MH-21": "an answer is passed on exactly when the official client would accept it",
    "MH-22": "each revision of the protocol has its headers",
    "MH-23": "a call over https trusts the certificates of `tls`, and no others",
  },
} as const satisfies Area;
