import { noSwallowedCancellation } from "../src/rules/no-swallowed-cancellation.ts";
import { inTask, reported, testRule, using } from "./rule-cases.ts";

const swallowed = (code: string, line?: number): ReturnType<typeof reported> => reported(code, "swallowed", line);
const replaced = (code: string): ReturnType<typeof reported> => reported(code, "replaced");
const settled = (code: string): ReturnType<typeof reported> => reported(code, "settled");

testRule("no-swallowed-cancellation", noSwallowedCancellation, {
  javascript: {
    valid: [
      // It lets the error through.
      inTask`try { await sleep(1); } catch (error) { throw error; }`,
      inTask`try { await sleep(1); } catch (error) { console.error(error); throw error; }`,
      inTask`try { await sleep(1); } catch (error) { if (isCancelled(error)) throw error; }`,
      inTask`try { await sleep(1); } catch (error) { rethrowCancelled(error); }`,
      inTask`try { await sleep(1); } catch (error) { if (error instanceof CancelledError) throw error; }`,
      inTask`try { await sleep(1); } catch (error) { if (error.code === "TASK_CANCELLED") throw error; }`,
      inTask`try { await sleep(1); } catch (error) { if (!(error instanceof TypeError)) throw error; }`,
      inTask`try { await sleep(1); } catch (error) { throw isCancelled(error) ? error : new Error("failed", { cause: error }); }`,
      inTask`const scope = new CancelScope(); try { await scope.run(step); } catch { if (!scope.cancelCalled) step(); }`,
      `import * as holdfast from "@holdfast/concurrency"; export async function work() { try { await holdfast.sleep(1); } catch (error) { holdfast.rethrowCancelled(error); } }`,
      // It hands the error to code that may know.
      inTask`try { await sleep(1); } catch (error) { step(error); }`,
      inTask`try { await sleep(1); } catch (error) { throw step(error); }`,
      inTask`try { await sleep(1); } catch (error) { return error; }`,
      inTask`try { await sleep(1); } catch (error) { return { ok: false, error }; }`,
      inTask`try { await sleep(1); } catch (error) { return [...error]; }`,
      inTask`try { await sleep(1); } catch (error) { return step() ? error : 1; }`,
      inTask`let failure; try { await sleep(1); } catch (error) { failure = error; }`,
      inTask`const errors = []; try { await sleep(1); } catch (error) { errors.push(error); }`,
      inTask`const seen = {}; try { await sleep(1); } catch (error) { seen[error] = 1; }`,
      inTask`try { await sleep(1); } catch (error) { step(() => { throw error; }); }`,
      inTask`try { await sleep(1); } catch (error) { return new Result(error); }`,
      inTask`try { await sleep(1); } catch (error) { throw new AggregateError([error]); }`,
      inTask`try { await sleep(1); } catch (error) { process.exit(1); }`,
      inTask`let failure; try { await sleep(1); } catch { throw failure; }`,
      inTask`try { await sleep(1); } catch (error) { if (error.code === "TASK_CANCELLED") step(); }`,
      // No cancellation comes out of what it is around.
      inTask`try { await sleep(1).then(step, step); } catch {}`,
      inTask`let nap = () => sleep(1); nap = step; try { await nap(); } catch {}`,
      inTask`async function* naps() { await sleep(1); } try { await naps(); } catch {}`,
      inTask`try { await fetch("/"); } catch {}`,
      inTask`try { for await (const each of step()) step(each); } catch {}`,
      inTask`const { receive } = openMemoryChannel(); try { for (const each of receive) step(each); } catch {}`,
      inTask`try { sleep; group.startSoon(step); } catch {}`,
      inTask`try { step(async () => { await sleep(1); }); } catch {}`,
      inTask`try { await shielded(() => sleep(1)); } catch {}`,
      inTask`await shielded(async () => { try { await sleep(1); } catch {} });`,
      inTask`await new CancelScope({ shield: true }).run(async () => { try { await sleep(1); } catch {} });`,
      inTask`const scope = new CancelScope({ shield: true }); try { await scope.run(step); } catch {}`,
      inTask`const options = step(); await new CancelScope(options).run(async () => { try { await sleep(1); } catch {} });`,
      inTask`await new CancelScope({ ...step() }).run(async () => { try { await sleep(1); } catch {} });`,
      inTask`using shield = await openShield(); try { await sleep(1); } catch {}`,
      inTask`try { using shield = await openShield(); await sleep(1); } catch {}`,
      inTask`try { await run(step); } catch {}`,
      inTask`const owner = new Owner(step); try { await owner.close(); } catch {}`,
      inTask`try { await sleep(1); } finally { step(); }`,
      // No scope is around it.
      using`try { await sleep(1); } catch {}`,
      using`test("sleeps", async () => { try { await sleep(1); } catch {} });`,
      using`test.each([1])("sleeps", async () => { try { await sleep(1); } catch {} });`,
      using`test("sleeps", async () => { await step(async () => { try { await sleep(1); } catch {} }); });`,
      using`export function suite() { test("sleeps", async () => { try { await sleep(1); } catch {} }); }`,
      using`export function suite() { it.only("sleeps", async () => { try { await sleep(1); } catch {} }); }`,
      using`export function suite() { test.each([1])("sleeps", async () => { try { await sleep(1); } catch {} }); }`,
      // Not the library's.
      `import { sleep } from "elsewhere"; export async function work() { try { await sleep(1); } catch {} }`,
      `export async function work() { try { await sleep(1); } catch {} }`,
      inTask`{ const sleep = step; try { await sleep(1); } catch {} }`,
      inTask`let event = new Event(); event = step(); try { await event.wait(); } catch {}`,
      inTask`const event = new Event(); try { await event.constructor(); } catch {}`,
      inTask`const other = new Map(); try { await other.wait(); } catch {}`,
      // Reactions.
      inTask`await sleep(1).catch((error) => { rethrowCancelled(error); });`,
      inTask`await sleep(1).catch((error) => { throw error; });`,
      inTask`return await sleep(1).catch((error) => error);`,
      inTask`await sleep(1).catch(step);`,
      inTask`await sleep(1).then(() => {});`,
      inTask`await sleep(1).then(step, (error) => Promise.reject(error));`,
      inTask`void sleep(1).catch(() => {});`,
      inTask`sleep(1).catch(() => {});`,
      inTask`await shielded(() => sleep(1)).catch(() => {});`,
      inTask`await shielded(async () => { await sleep(1).catch(() => {}); });`,
      inTask`await fetch("/").catch(() => {});`,
      using`await sleep(1).catch(() => {});`,
      // allSettled.
      inTask`const results = await Promise.allSettled([sleep(1)]);`,
      inTask`return Promise.allSettled([sleep(1)]);`,
      inTask`step(Promise.allSettled([sleep(1)]));`,
      inTask`await Promise.allSettled([fetch("/"), shielded(step)]);`,
      inTask`await Promise.allSettled(step());`,
      inTask`const Promise = step(); await Promise.allSettled([sleep(1)]);`,
    ],
    invalid: [
      swallowed(inTask`try { await sleep(1); } catch {}`),
      swallowed(
        inTask`
        step();
        try {
          await sleep(1);
        } catch (error) {
          console.error(error);
        }`,
        4,
      ),
      swallowed(inTask`try { await sleep(1); } catch (error) { this.log.warn({ error }, "failed"); }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { logger?.info("failed", String(error)); }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { return { ok: false, error: error.message }; }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { step(\`failed: \${error}\`); }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { if (error instanceof TypeError) step(); }`),
      swallowed(inTask`try { await sleep(1); } catch ({ message }) { step(message); }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { step(() => { const error = 1; return error; }); }`),
      swallowed(inTask`for (;;) { try { await step(); await sleep(1); break; } catch { continue; } }`),
      swallowed(inTask`try { for await (const each of iterate(step())) step(each); } catch {}`),
      swallowed(
        inTask`const { receive } = openMemoryChannel(); try { for await (const each of receive) step(each); } catch {}`,
      ),
      swallowed(inTask`try { if (step()) { for (const each of step()) await checkpoint(each); } } catch {}`),
      swallowed(inTask`try { using lease = await new Owner(step).lease(); } catch {}`),
      swallowed(inTask`try { await sleep(1); } catch (error) { if (!error) step(); }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { if (error) step(); }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { error; }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { return error ? 1 : 2; }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { console.log({ ...error }); }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { console.log(error ?? "none"); }`),
      swallowed(inTask`try { await sleep(1); } catch (error) { console.log([error]); }`),
      swallowed(inTask`const shield = await openShield(); try { await sleep(1); } catch {}`),
      swallowed(inTask`using limit = await openDeadline(10); try { await sleep(1); } catch {}`),
      swallowed(inTask`try { await (sleep(1) && step()); } catch {}`),
      swallowed(inTask`try { await sleep(1).then(step); } catch {}`),
      replaced(inTask`try { await sleep(1); } catch (error) { throw new Error("failed", { cause: error }); }`),
      replaced(inTask`try { await sleep(1); } catch { throw new Error("failed"); }`),
      // Each thing that a cancellation comes out of.
      swallowed(inTask`const event = new Event(); try { await event.wait(); } catch {}`),
      swallowed(inTask`const scope = new CancelScope(); try { await scope.run(step); } catch {}`),
      swallowed(inTask`const scope = new CancelScope({ shield: false }); try { await scope.run(step); } catch {}`),
      swallowed(inTask`try { await failAfter(10, step); } catch {}`),
      swallowed(inTask`try { await taskGroup(async (group) => { group.startSoon(step); }); } catch {}`),
      swallowed(
        inTask`await taskGroup(async (group) => { const left = group.startSoon(step); try { await left; } catch {} });`,
      ),
      swallowed(inTask`await taskGroup(async (group) => { try { await group.startSoon(step); } catch {} });`),
      swallowed(inTask`await taskGroup(async (group) => { try { await group.scope.run(step); } catch {} });`),
      swallowed(inTask`await taskGroup(async (group) => { try { await group.startHandle(step); } catch {} });`),
      swallowed(inTask`try { await Promise.all([step(), sleep(1)]); } catch {}`),
      swallowed(inTask`try { await Promise.all([1, 2].map((delay) => sleep(delay))); } catch {}`),
      swallowed(inTask`try { await (step() ? sleep(1) : undefined); } catch {}`),
      swallowed(inTask`try { await (step() && sleep(1)); } catch {}`),
      swallowed(inTask`try { await sleep(1).then(step).finally(step); } catch {}`),
      // By name, by another name, by namespace.
      swallowed(
        `import { sleep as nap } from "@holdfast/concurrency"; export async function work() { try { await nap(1); } catch {} }`,
      ),
      swallowed(
        `import * as holdfast from "@holdfast/concurrency"; export const work = async () => { try { await new holdfast.Event().wait(); } catch {} };`,
      ),
      // Functions of the file.
      swallowed(
        using`async function nap() { await sleep(1); } export async function work() { try { await nap(); } catch {} }`,
      ),
      swallowed(using`const nap = () => sleep(1); export async function work() { try { await nap(); } catch {} }`),
      swallowed(
        using`const nap = () => { return sleep(1); }; export async function work() { try { await nap(); } catch {} }`,
      ),
      swallowed(
        using`async function a() { await b(); await sleep(1); } async function b() { await a(); } export async function work() { try { await a(); } catch {} }`,
      ),
      swallowed(
        using`export class Worker { #ready = new Event(); async work() { try { await this.#ready.wait(); } catch {} } }`,
      ),
      swallowed(
        using`export class Worker { async #nap() { await sleep(1); } async work() { try { await this.#nap(); } catch {} } }`,
      ),
      // In the callbacks of the library there is a task, also in a test.
      swallowed(using`await run(async () => { try { await sleep(1); } catch {} });`),
      swallowed(using`test("sleeps", async () => { await run(async () => { try { await sleep(1); } catch {} }); });`),
      swallowed(
        using`test("sleeps", () => run(async () => { await Promise.all([1].map(async () => { try { await sleep(1); } catch {} })); }));`,
      ),
      // Reactions.
      swallowed(inTask`await sleep(1).catch(() => {});`),
      swallowed(inTask`return sleep(1).catch((error) => error.message);`),
      swallowed(inTask`await sleep(1).then(step).catch(function () {});`),
      swallowed(inTask`await sleep(1).then(step, () => {});`),
      swallowed(inTask`const ignore = () => {}; await sleep(1).catch(ignore);`),
      replaced(inTask`await sleep(1).catch((error) => { throw new Error("failed", { cause: error }); });`),
      settled(inTask`await Promise.allSettled([sleep(1), step()]);`),
    ],
  },
  typescript: {
    valid: [
      using`export async function work(lock: Map<string, string>) { try { await lock.wait(); } catch {} }`,
      using`export async function work(events: Event[]) { try { await events.wait(); } catch {} }`,
    ],
    invalid: [
      swallowed(
        using`export async function work(event: Event): Promise<void> { try { await event.wait(); } catch {} }`,
      ),
      swallowed(
        `import type { Event } from "@holdfast/concurrency"; export const work = async (name: string, event: Event) => { try { await event.wait(); } catch {} };`,
      ),
      swallowed(
        `import type * as holdfast from "@holdfast/concurrency"; export const work = async (event: holdfast.Event) => { try { await event.wait(); } catch {} };`,
      ),
      swallowed(
        using`export class Worker { readonly ready: Event; constructor(ready: Event) { this.ready = ready; } async work() { try { await this.ready.wait(); } catch {} } }`,
      ),
      swallowed(
        inTask`const event = new Event() as Event; try { await event!.wait(); } catch (error: unknown) { console.log((error as Error).message); }`,
      ),
      swallowed(
        inTask`const event = new Event() satisfies Event; await (event.wait() as Promise<void>).catch(() => undefined);`,
      ),
    ],
  },
});
