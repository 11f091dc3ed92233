import { noAwaitInUnshieldedFinally } from "../src/rules/no-await-in-unshielded-finally.ts";
import { type Invalid, inTask, reported, testRule, using } from "./rule-cases.ts";

const finallyIn = (code: string, line?: number): Invalid => reported(code, "finally", line);
const catchIn = (code: string): Invalid => reported(code, "catch");

testRule("no-await-in-unshielded-finally", noAwaitInUnshieldedFinally, {
  javascript: {
    valid: [
      inTask`try { await sleep(1); } finally { step(); }`,
      inTask`try { await sleep(1); } finally { await step(); }`,
      inTask`try { await sleep(1); } finally { await shielded(() => sleep(1)); }`,
      inTask`try { await sleep(1); } finally { await shielded(async () => { await sleep(1); }); }`,
      inTask`try { await sleep(1); } finally { await shielded(() => moveOnAfter(10, async () => { await sleep(1); })); }`,
      inTask`try { await sleep(1); } finally { using shield = await openShield(); await sleep(1); }`,
      inTask`try { await sleep(1); } finally { await new CancelScope({ shield: true }).run(() => sleep(1)); }`,
      inTask`const scope = new CancelScope({ timeout: 10, shield: true }); try { step(); } finally { await scope.run(() => sleep(1)); }`,
      inTask`await shielded(async () => { try { step(); } finally { await sleep(1); } });`,
      inTask`try { step(); } finally { step(async () => { await sleep(1); }); }`,
      inTask`const owner = new Owner(step); try { step(); } finally { await owner.close(); }`,
      inTask`new Owner(async (own) => { try { return await own.publish(1); } finally { await sleep(1); } });`,
      using`try { step(); } finally { await sleep(1); }`,
      using`test("sleeps", async () => { try { step(); } finally { await sleep(1); } });`,
      inTask`try { step(); } catch (error) { await sleep(1); }`,
      inTask`try { step(); } catch (error) { rethrowCancelled(error); await sleep(1); throw error; }`,
      inTask`try { step(); } catch (error) { if (step()) await sleep(1); throw error; }`,
      inTask`try { step(); } catch (error) { await shielded(() => sleep(1)); throw error; }`,
      inTask`try { step(); } catch (error) { await sleep(1); throw new Error("failed"); }`,
      inTask`try { step(); } catch { await sleep(1); }`,
      inTask`let failure; try { step(); } catch (error) { await sleep(1); throw failure; }`,
      `export async function work() { try { step(); } finally { await sleep(1); } }`,
    ],
    invalid: [
      finallyIn(inTask`try { step(); } finally { await sleep(1); }`),
      finallyIn(
        inTask`
        try {
          await step();
        } finally {
          step();
          if (step()) await sleep(1);
        }`,
        5,
      ),
      finallyIn(inTask`try { step(); } finally { await sleep(1); using shield = await openShield(); }`),
      finallyIn(inTask`try { step(); } finally { { using shield = await openShield(); } await sleep(1); }`),
      finallyIn(inTask`try { using shield = await openShield(); } finally { await sleep(1); }`),
      finallyIn(inTask`try { step(); } finally { await new CancelScope().run(() => sleep(1)); }`),
      finallyIn(inTask`try { step(); } finally { await new CancelScope({ timeout: 10 }).run(() => sleep(1)); }`),
      finallyIn(inTask`try { step(); } finally { await moveOnAfter(10, step); }`),
      finallyIn(inTask`try { step(); } finally { for await (const each of iterate(step())) step(each); }`),
      finallyIn(
        inTask`await taskGroup(async (group) => { const left = group.startSoon(step); try { step(); } finally { left.cancel(); await left.wait(); } });`,
      ),
      finallyIn(inTask`async function close() { await sleep(1); } try { step(); } finally { await close(); }`),
      finallyIn(
        using`export class Worker { #ready = new Event(); async work() { try { step(); } finally { await this.#ready.wait(); } } }`,
      ),
      finallyIn(
        using`new Owner(async (own) => { await taskGroup(async () => { try { step(); } finally { await sleep(1); } }); });`,
      ),
      finallyIn(using`await run(async () => { try { step(); } finally { await sleep(1); } });`),
      catchIn(inTask`try { step(); } catch (error) { await sleep(1); throw error; }`),
      catchIn(inTask`try { step(); } catch (error) { const slept = await sleep(1); throw error; }`),
    ],
  },
  typescript: {
    valid: [inTask`try { step(); } finally { await shielded(async (): Promise<void> => { await sleep(1); }); }`],
    invalid: [
      finallyIn(
        using`export async function work(left: TaskHandle<number>) { try { step(); } finally { await left; } }`,
      ),
    ],
  },
});
