import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "@holdfast/concurrency";
import { replayModule } from "@holdfast/explore";
import { expect, test } from "vitest";
import { exploreMiniature, scenarioPath } from "../src/explored-miniature.ts";

const root = join(import.meta.dirname, "../../..");
const never = new AbortController().signal;

test("fails the counted connection, and exhausts the owned one with its starts interleaved", async () => {
  const { counted, owned } = await exploreMiniature(never);

  expect(counted.verdict).toBe("failed");
  expect(counted.explanation).toContain("swap these and it passes");
  expect(counted.picture?.({ width: 880 })).toContain("<svg");
  expect(owned).toMatchObject({ verdict: "exhausted", replay: null, picture: null });
  expect(owned.orders).toBeGreaterThan(24);
  expect(owned.limits[0]).toMatch(/^choice points: start, timer/);
});

test("counts the same orders when it is called from a task", async () => {
  const alone = await exploreMiniature(never);

  const within = await run(() => exploreMiniature(never));

  expect(within.owned.orders).toBe(alone.owned.orders);
  expect(within.counted.replay).toBe(alone.counted.replay);
});

test("the printed order fails again in the module that is named beside it", async () => {
  const { counted } = await exploreMiniature(never);

  const replayed = await replayModule(pathToFileURL(join(root, scenarioPath)), counted.replay ?? "");

  expect(replayed.failed).toBe(true);
  expect(replayed.explain()).toContain("Attempted to exit cancel scope in a different task");
});
