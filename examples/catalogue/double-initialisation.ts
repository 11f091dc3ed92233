/**
 * Double initialisation: each of those who come first finds nothing there, and makes it. Cure: keep the promise of the first and
 * await that.
 *
 * @module
 */
import type { Lab } from "@holdfast/explore";

/** Three tasks need the pool. */
export async function scenario(lab: Lab): Promise<void> {
  const state = lab.shared({ pool: undefined as string | undefined, opened: 0 }, "state");
  await lab.all(3, async () => {
    if (state.pool !== undefined) return;
    const pool = await lab.io("open the pool", () => "pool");
    state.opened += 1;
    state.pool = pool;
  });
  if (state.opened !== 1) throw new Error(`the pool was opened ${state.opened} times`);
}

/** The first opens it for all. */
export async function fixed(lab: Lab): Promise<void> {
  const state = lab.shared({ opening: undefined as Promise<string> | undefined, opened: 0 }, "state");
  const open = async (): Promise<string> => {
    const pool = await lab.io("open the pool", () => "pool");
    state.opened += 1;
    return pool;
  };
  await lab.all(3, async () => await (state.opening ??= open()));
  if (state.opened !== 1) throw new Error(`the pool was opened ${state.opened} times`);
}
