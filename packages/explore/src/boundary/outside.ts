/**
 * What a run begins in the real world: files, sockets, threads, timers that were taken from Node before. Nothing of the kind
 * comes to an end while a run goes on, so a run that waits for it would look as though it had come to a halt.
 *
 * @module
 */
import { createHook, type HookCallbacks } from "node:async_hooks";

/** The kinds of resources that Node tells of, in words. What is not here is no input or output of its own. */
const words: readonly (readonly [RegExp, string])[] = [
  [/^FS|^FILEHANDLE|^DIRHANDLE|^STATWATCHER/, "a file"],
  [/^TCP|^TLS|^UDP|^HTTP|^PIPECONNECT|^QUIC/, "a socket"],
  [/^GETADDRINFO|^GETNAMEINFO|^QUERYWRAP|^DNSCHANNEL/, "a name server"],
  [/^PROCESSWRAP/, "a child process"],
  [/^WORKER/, "a worker thread"],
  [/^MESSAGEPORT/, "a message port"],
  [/^ZLIB|^BROTLI|^ZSTD/, "compression"],
  [/^(?:PBKDF2|SCRYPT|RANDOM|HASH|SIGN|CIPHER|KEY|DERIVE|CHECKPRIME|ARGON2)\w*REQUEST$/, "cryptography"],
  [/^SIGNALWRAP/, "a signal"],
  [/^(?:Timeout|Immediate)$/, "a timer that was taken from Node before the exploration began"],
];

/** What of the real world a function begins, in words. */
export function outsideOf(fn: () => void): string[] {
  const found = new Set<string>();
  const callbacks: HookCallbacks & { trackPromises: boolean } = {
    init(_id, type) {
      const match = words.find(([pattern]) => pattern.test(type));
      if (match !== undefined) found.add(match[1]);
    },
    // Not every Node knows it; the others tell of promises as well.
    trackPromises: false,
  };
  const hook = createHook(callbacks);
  hook.enable();
  try {
    fn();
  } finally {
    hook.disable();
  }
  return [...found];
}
