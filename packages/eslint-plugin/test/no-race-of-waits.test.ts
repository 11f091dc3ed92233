import { noRaceOfWaits } from "../src/rules/no-race-of-waits.ts";
import { type Invalid, inTask, reported, testRule, using } from "./rule-cases.ts";

const race = (code: string): Invalid => reported(code, "race");

testRule("no-race-of-waits", noRaceOfWaits, {
  javascript: {
    valid: [
      inTask`await Promise.all([step(), sleep(1)]);`,
      inTask`await Promise.race([step(), fetch("/")]);`,
      inTask`await Promise.race(step());`,
      inTask`await Promise.race([, step()]);`,
      inTask`await Promise.race(step().map(step));`,
      inTask`await Promise.race([taskGroup, sleep]);`,
      inTask`await step.race([sleep(1)]);`,
      inTask`await race([sleep(1)]);`,
      inTask`await moveOnAfter(10, step);`,
      inTask`await taskGroup(async (group) => { await Promise.race([group.startSoon(step), step()]); });`,
      using`await Promise.race([step(), sleep(1)]);`,
      using`test("races", async () => { await Promise.race([step(), sleep(1)]); });`,
      using`test("races", async () => { const Promise = step(); await run(() => Promise.race([sleep(1)])); });`,
      `export const work = () => Promise.race([sleep(1)]);`,
    ],
    invalid: [
      race(inTask`await Promise.race([step(), sleep(1)]);`),
      race(inTask`await Promise.any([step(), new Event().wait()]);`),
      race(inTask`return Promise.race([shielded(step), step()]);`),
      race(inTask`await Promise.race([1, 2].map((delay) => sleep(delay)));`),
      race(using`test("races", async () => { await run(() => Promise.race([step(), sleep(1)])); });`),
    ],
  },
  typescript: {
    valid: [inTask`await Promise.race<void>([step()]);`],
    invalid: [race(inTask`await Promise.race<void>([step(), sleep(1) as Promise<void>]);`)],
  },
});
