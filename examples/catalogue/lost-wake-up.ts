/**
 * Lost wake-up: the signal comes between the look at the flag and the wait for the signal, and nobody hears it. Cure: an event,
 * which stays set.
 *
 * @module
 */
import { Condition, Event, sleep } from "@holdfast/concurrency";
import type { Lab } from "@holdfast/explore";

/** One waits for the other to be ready. */
export async function scenario(lab: Lab): Promise<void> {
  const state = lab.shared({ isReady: false }, "state");
  const changed = new Condition();
  await lab.all(2, async (index) => {
    if (index === 0) {
      await sleep(5);
      state.isReady = true;
      await changed.withLock(() => changed.notify());
      return;
    }
    if (state.isReady) return;
    await sleep(1);
    await changed.withLock(() => changed.wait());
  });
}

/** An event remembers. */
export async function fixed(lab: Lab): Promise<void> {
  lab.access(lab, "read");
  const ready = new Event("ready");
  await lab.all(2, async (index) => {
    await sleep(5);
    if (index === 0) ready.set();
    else await ready.wait();
  });
}
