/**
 * Reconnect, ABA: a close that was meant for the old connection comes late and closes the new one, which is found in the same place.
 * Cure: close what you took, and not what is there now.
 *
 * @module
 */
import type { Lab } from "@holdfast/explore";

interface Connection {
  readonly id: number;
  isOpen: boolean;
}

async function reconnect(
  lab: Lab,
  state: { current: Connection; last: number },
  closesCurrent: boolean,
): Promise<void> {
  const old = state.current;
  state.current = { id: ++state.last, isOpen: true };
  await lab.io("flush the old one", () => {});
  if (closesCurrent) state.current.isOpen = false;
  else old.isOpen = false;
}

async function run(lab: Lab, closesCurrent: boolean): Promise<void> {
  const state = lab.shared({ current: { id: 0, isOpen: true } as Connection, last: 0 }, "state");
  await lab.all(2, async (index) => {
    if (index === 0) return await reconnect(lab, state, closesCurrent);
    const { current } = state;
    await lab.io("use it", () => {});
    if (!current.isOpen && state.current.id === current.id)
      throw new Error(`connection ${current.id} was closed while it was current`);
  });
}

/** One reconnects while the other uses. */
export function scenario(lab: Lab): Promise<void> {
  return run(lab, true);
}

/** It closes the one that it took. */
export function fixed(lab: Lab): Promise<void> {
  return run(lab, false);
}
