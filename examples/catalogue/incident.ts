/**
 * The incident: whoever enters a shared connection first opens its cancel scope, whoever leaves last closes it. Unless the two are
 * one task, the closing is refused. Cure: a task of its own opens and closes, and the others borrow.
 *
 * @module
 */
import { CancelScope, Owner, sleep } from "@holdfast/concurrency";
import type { Lab } from "@holdfast/explore";

class Counted {
  count = 0;
  scope: CancelScope | undefined;

  enter(): void {
    if (this.count++ === 0) this.scope = new CancelScope({ name: "connection" }).enter();
  }

  leave(): void {
    if (--this.count === 0) this.scope?.exit();
  }
}

/** Four calls over the counted connection; `noise` adds steps that have nothing to do with it. */
export async function scenario(lab: Lab, noise: number = 0): Promise<void> {
  const connection = lab.shared(new Counted(), "connection");
  await lab.all(4 + Math.min(noise, 2), async (index) => {
    if (index >= 4) {
      for (let step = 0; step < noise; step++) await sleep(1);
      return;
    }
    connection.enter();
    await sleep(10 * (index + 1));
    connection.leave();
  });
}

/** The same between two tasks that sleep three times each. */
export function noisy(lab: Lab): Promise<void> {
  return scenario(lab, 3);
}

/** The connection has an owner. */
export async function fixed(lab: Lab): Promise<void> {
  lab.access(lab, "read");
  await using owner = new Owner(async (own) => {
    const scope = new CancelScope({ name: "connection" }).enter();
    return await own.publish(scope).finally(() => scope.exit());
  });
  await lab.all(4, async (index) => {
    using _lease = await owner.lease();
    await sleep(10 * (index + 1));
  });
}
