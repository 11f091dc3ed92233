/**
 * A reference count that is read, awaited upon and written: one of two releases is lost, and nobody closes. Cure: count
 * without a wait in between, or keep a set of leases and no count.
 *
 * @module
 */
import type { Lab } from "@holdfast/explore";

async function run(lab: Lab, countsAtOnce: boolean): Promise<void> {
  const resource = lab.shared({ references: 2, isClosed: false }, "resource");
  await lab.all(2, async () => {
    const before = resource.references;
    if (countsAtOnce) resource.references -= 1;
    await lab.io("write a log line", () => {});
    if (!countsAtOnce) resource.references = before - 1;
    if (resource.references === 0) resource.isClosed = true;
  });
  if (!resource.isClosed) throw new Error(`nobody closed: ${resource.references} references are left`);
}

/** Two release. */
export function scenario(lab: Lab): Promise<void> {
  return run(lab, false);
}

/** The count changes at once. */
export function fixed(lab: Lab): Promise<void> {
  return run(lab, true);
}
