/**
 * Cache stampede: the entry has expired, and everyone who misses it asks the origin. Cure: one request for each key, which
 * all who miss await.
 *
 * @module
 */
import type { Lab } from "@holdfast/explore";

/** Two readers of an expired entry. */
export async function scenario(lab: Lab): Promise<void> {
  const cache = lab.shared(new Map<string, string>(), "cache");
  let requests = 0;
  await lab.all(2, async () => {
    if (cache.has("price")) return;
    requests += 1;
    cache.set("price", await lab.io("ask the origin", () => "42"));
  });
  if (requests > 1) throw new Error(`the origin was asked ${requests} times`);
}

/** Those who miss share a request. */
export async function fixed(lab: Lab): Promise<void> {
  const cache = lab.shared(new Map<string, Promise<string>>(), "cache");
  let requests = 0;
  await lab.all(3, async () => {
    const known = cache.get("price");
    if (known !== undefined) return await known;
    requests += 1;
    const asking = lab.io("ask the origin", () => "42");
    cache.set("price", asking);
    return await asking;
  });
  if (requests > 1) throw new Error(`the origin was asked ${requests} times`);
}
