/**
 * The exit codes of every command; docs/cli.md has the same table.
 *
 * @module
 */

export const exitCodes = {
  /** What was claimed holds; the signature was not seen; no check of the doctor failed. */
  ok: 0,
  /** The verdict is bad: a claim of the demo does not hold, the signature was seen, or a check of the doctor failed. */
  verdict: 1,
  /** Something that was needed could not be had: no answer from the URL, a process that did not start. */
  unavailable: 2,
  /** Of `fix`: neither can be said, or something has to be decided by a reader. */
  unknown: 3,
  /** The command line makes no sense (the number is that of sysexits.h). */
  usage: 64,
  /** Stopped by SIGINT; 143 by SIGTERM. Shells count so: 128 and the number of the signal. */
  interrupted: 130,
  terminated: 143,
} as const;
