/**
 * An owner for the tests of openings, leases and closings.
 *
 * @module
 */
import { Owner, type OwnerOptions, sleep } from "../src/index.ts";

/** An owner of its own generation number, which takes 10 ms to open and logs what it does. */
export function counted(log: string[], options: OwnerOptions = {}): Owner<number> {
  return new Owner(
    async (own) => {
      await sleep(10);
      log.push(`open ${own.generation}`);
      try {
        return await own.publish(own.generation);
      } finally {
        log.push(`close ${own.generation}`);
      }
    },
    { name: "counted", ...options },
  );
}
