/**
 * Cancelled while acquiring: a task whose time is up stays in the queue, is given the place, and never gives it back. Cure: a
 * primitive whose acquiring is all or nothing, or a hand-over that sees who has gone.
 *
 * @module
 */
import { CancelScope, Event, moveOnAfter, Semaphore, sleep } from "@holdfast/concurrency";
import type { Lab } from "@holdfast/explore";

/** A place that is handed over by an event. */
export async function scenario(lab: Lab): Promise<void> {
  const place = lab.shared({ isTaken: true, next: undefined as Event | undefined }, "place");
  await lab.all(2, async (index) => {
    if (index === 0) {
      await sleep(10);
      if (place.next === undefined) place.isTaken = false;
      else place.next.set();
      return;
    }
    if (!place.isTaken) return;
    const turn = new Event("turn");
    place.next = turn;
    const patience = new CancelScope({ timeout: 10 });
    await patience.run(() => turn.wait());
    // Who has gone is still the next in the queue.
    if (!patience.cancelledCaught) place.isTaken = false;
  });
  if (place.isTaken) throw new Error("nobody has the place, and nobody can get it");
}

/** A semaphore takes back what it gave to somebody who had gone. */
export async function fixed(lab: Lab): Promise<void> {
  lab.access(lab, "read");
  const places = new Semaphore(0);
  await lab.all(2, async (index) => {
    if (index === 0) {
      await sleep(10);
      places.release();
      return;
    }
    await moveOnAfter(10, async () => {
      await places.acquire();
      places.release();
    });
  });
  if (places.value !== 1) throw new Error("the place was lost");
}
