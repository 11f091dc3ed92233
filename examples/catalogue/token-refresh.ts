/**
 * Token refresh: two requests get a 401, both refresh, and the server, which gives each refresh token once, takes the second use for
 * a theft. Cure: one refresh that both await.
 *
 * @module
 */
import type { Lab } from "@holdfast/explore";

class Authority {
  valid = 1;

  refresh(token: number): number {
    if (token !== this.valid) throw new Error(`refresh token ${token} was used twice`);
    this.valid += 1;
    return this.valid;
  }
}

/** Two requests whose access token has expired. */
export async function scenario(lab: Lab): Promise<void> {
  const state = lab.shared({ token: 1, access: "expired" }, "state");
  const authority = lab.shared(new Authority(), "authority");
  await lab.all(2, async () => {
    await lab.io("call", () => {});
    if (state.access !== "expired") return;
    const { token } = state;
    state.token = await lab.io("refresh", () => authority.refresh(token));
    state.access = "fresh";
  });
}

/** The first refreshes for both. */
export async function fixed(lab: Lab): Promise<void> {
  const state = lab.shared({ token: 1, refreshing: undefined as Promise<number> | undefined }, "state");
  const authority = lab.shared(new Authority(), "authority");
  await lab.all(2, async () => {
    await lab.io("call", () => {});
    state.token = await (state.refreshing ??= lab.io("refresh", () => authority.refresh(state.token)));
  });
}
