/**
 * A schedule as a short text: `h1:7f3a9c:np:1.1,2.3`. After the version of the format and a fingerprint of the run stands the order
 * that is departed from (`np`, no preemptions; `npc2`, where up to two tasks may be cancelled), and then each departure, as the number of the choice and the index of what was chosen.
 *
 * @module
 */
import { ReplayInvalidError } from "./errors.ts";
import type { Departure, Schedule } from "./search/schedule.ts";

const VERSION = "h1";
const POLICY = "np";

/** A replay string, taken apart. */
export interface Replay {
  /** Of the run that the schedule gave: who did what, in order. */
  readonly fingerprint: string;
  readonly schedule: Schedule;
  /** How many tasks the run might cancel; absent for none. */
  readonly cancellations?: number;
}

export function replayString({ fingerprint, schedule, cancellations = 0 }: Replay): string {
  const departures = schedule.map(({ at, index }) => `${at}.${index}`).join(",");
  const policy = cancellations === 0 ? POLICY : `${POLICY}c${cancellations}`;
  return `${VERSION}:${fingerprint}:${policy}:${departures || "-"}`;
}

/** @throws ReplayInvalidError */
export function parseReplay(text: string): Replay {
  const [version, fingerprint = "", policy = "", departures = "", ...rest] = text.trim().split(":");
  if (version !== VERSION) throw new ReplayInvalidError(text, `it is not of version ${VERSION}`);
  if (!/^[0-9a-f]{6}$/.test(fingerprint))
    throw new ReplayInvalidError(text, "its fingerprint is not six hexadecimal digits");
  const order = new RegExp(`^${POLICY}(?:c([1-9]\\d{0,3}|Infinity))?$`).exec(policy);
  if (order === null) throw new ReplayInvalidError(text, `its order is not ${POLICY}`);
  if (rest.length > 0) throw new ReplayInvalidError(text, "it has too many parts");
  return {
    fingerprint,
    ...(order[1] !== undefined && { cancellations: Number(order[1]) }),
    schedule: departures === "-" ? [] : departures.split(",").map((part) => parseDeparture(text, part)),
  };
}

function parseDeparture(text: string, part: string): Departure {
  const match = /^(\d{1,6})\.(\d{1,4})$/.exec(part);
  if (match === null) throw new ReplayInvalidError(text, `${JSON.stringify(part)} is no choice and index`);
  return { at: Number(match[1]), index: Number(match[2]) };
}

/** Six hexadecimal digits that tell what steps a run had (FNV-1a, the low 24 bits). */
export function fingerprintOf(lines: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const line of lines) {
    for (let index = 0; index <= line.length; index++) {
      hash ^= index === line.length ? 10 : line.charCodeAt(index);
      hash = Math.imul(hash, 0x01000193);
    }
  }
  return (hash & 0xffffff).toString(16).padStart(6, "0");
}
