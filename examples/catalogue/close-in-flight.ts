/**
 * Close in flight: one task closes what another is using, because it was not in use when it looked. Cure: wait until all that was lent
 * has come back.
 *
 * @module
 */
import { Owner, sleep } from "@holdfast/concurrency";
import type { Lab } from "@holdfast/explore";

/** Two calls and a closer, which looks first. */
export async function scenario(lab: Lab): Promise<void> {
  const connection = lab.shared({ isOpen: true, inUse: 0 }, "connection");
  await lab.all(3, async (index) => {
    if (index === 2) {
      if (connection.inUse > 0) return;
      await lab.io("say good-bye", () => {});
      connection.isOpen = false;
      return;
    }
    if (!connection.isOpen) return;
    connection.inUse += 1;
    await lab.io(`call ${index}`, () => {});
    if (!connection.isOpen) throw new Error("the connection was closed under a call");
    connection.inUse -= 1;
  });
}

/** Draining refuses who comes later and waits for who is there. */
export async function fixed(lab: Lab): Promise<void> {
  const connection = lab.shared({ isOpen: false }, "connection");
  const owner = new Owner(async (own) => {
    connection.isOpen = true;
    return await own.publish(connection).finally(() => (connection.isOpen = false));
  });
  await lab
    .all(2, async (index) => {
      if (index === 1) {
        await owner.drain();
        return;
      }
      using lease = await owner.lease();
      await sleep(5);
      if (!lease.value.isOpen) throw new Error("the connection was closed under a call");
    })
    .catch((error: unknown) => refuseAllBut("RESOURCE_CLOSED", error));
  await owner.close();
}

/** Who came too late was told so. */
function refuseAllBut(code: string, error: unknown): void {
  const { errors = [error] } = error as { errors?: { code?: string }[] };
  if (!errors.every((each) => (each as { code?: string }).code === code)) throw error;
}
