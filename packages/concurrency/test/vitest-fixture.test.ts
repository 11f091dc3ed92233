/* oxlint-disable vitest/no-standalone-expect -- the rule knows no test that extend() made */
import { expect, test as base } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { run, sleep } from "../src/index.ts";
import { holdfastFixtures, runVirtually, type Virtual, virtualFixture, VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy } from "./virtually.ts";

const test = base.extend(holdfastFixtures);
const manual = base.extend({ virtual: virtualFixture({ seed: 3, autoJump: false }) });

/** Runs a fixture the way vitest does, round a body; gives what it threw, and the lines of the report when it did. */
async function failureOf(body: (virtual: Virtual) => unknown): Promise<{ thrown: unknown; lines: string[] }> {
  const lines: string[] = [];
  const onFailed: (() => void)[] = [];
  const fixture = virtualFixture({ seed: 5, report: (line) => lines.push(line) });
  const thrown = await thrownBy(() =>
    fixture({ onTestFailed: (fn) => onFailed.push(fn) }, async (virtual) => void (await body(virtual))),
  );
  for (const tell of onFailed) tell();
  return { thrown, lines };
}

const seen: VirtualRuntime[] = [];

test.for([1, 2])("a test runs on virtual time, on a runtime of its own (%i)", async (_, { virtual }) => {
  const time = await virtual.run(async (runtime) => {
    await sleep(3_600_000);
    return runtime.now();
  });

  expect(time).toBe(3_600_000);
  expect(virtual.runtime).toBeInstanceOf(VirtualRuntime);
  expect(seen).not.toContain(virtual.runtime);
  seen.push(virtual.runtime);
});

manual("a fixture may have options of the runtime", async ({ virtual }) => {
  const running = virtual.run(() => sleep(10), { name: "root" });
  await virtual.runtime.advance(4);
  const early = virtual.runtime.now();
  await virtual.runtime.advance(6);
  await running;

  expect([early, virtual.seed]).toEqual([4, 3]);
});

test(covers("TT-10"), async () => {
  const { thrown } = await failureOf((virtual) => {
    void run(() => sleep(10), { runtime: virtual.runtime, name: "left" });
  });

  expect(thrown).toMatchObject({
    code: "RUNTIME_LEAK",
    leaks: ['task "left" has not ended', 'task "left" waits for sleep(10)', 'a timer for 10, set by task "left"'],
  });
});

test(covers("TT-11"), async () => {
  const { lines } = await failureOf((virtual) => void run(() => sleep(10), { runtime: virtual.runtime }));

  expect(lines).toEqual(["holdfast: the seed was 5; HOLDFAST_SEED=5 repeats this run"]);
});

test(covers("TT-9"), async () => {
  const before = process.env["HOLDFAST_SEED"];
  const draw = (options: { readonly seed?: number }): Promise<number> =>
    runVirtually((runtime) => runtime.random(), options);

  process.env["HOLDFAST_SEED"] = "11";
  const fromEnvironment = await draw({});
  const own = await draw({ seed: 12 });
  process.env["HOLDFAST_SEED"] = "eleven";
  const refused = await thrownBy(() => draw({}));
  delete process.env["HOLDFAST_SEED"];
  const byDefault = await draw({});
  if (before !== undefined) process.env["HOLDFAST_SEED"] = before;

  const expected = [11, 12, 1].map((seed) => new VirtualRuntime({ seed }).random());
  expect([fromEnvironment, own, byDefault]).toEqual(expected);
  expect(refused).toBeInstanceOf(RangeError);
});
