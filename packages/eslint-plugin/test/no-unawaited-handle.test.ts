import { noUnawaitedHandle } from "../src/rules/no-unawaited-handle.ts";
import { type Invalid, inTask, testRule, using } from "./rule-cases.ts";

/** A call that is reported, and the same code as the suggestion has it. */
function floating(code: string, call: string, messageId = "floating"): Invalid {
  const text = call.replace(/^await /, "");
  const name = `${text.slice(0, text.lastIndexOf("("))}()`;
  const at = code.lastIndexOf(call);
  const suggestions = [{ messageId: "await", output: `${code.slice(0, at)}await ${code.slice(at)}` }];
  return { code, errors: [{ messageId, data: { call: name }, suggestions }] };
}

/** The same where no await may stand, so that none is suggested. */
function stuck(code: string): Invalid {
  return { code, errors: [{ messageId: "floating" }] };
}

testRule("no-unawaited-handle", noUnawaitedHandle, {
  javascript: {
    valid: [
      inTask`await sleep(1);`,
      inTask`return sleep(1);`,
      inTask`void sleep(1);`,
      inTask`const nap = sleep(1); await nap;`,
      inTask`step(sleep(1));`,
      inTask`step(() => sleep(1));`,
      inTask`await Promise.all([sleep(1), checkpoint()]);`,
      inTask`sleep(1).catch(step);`,
      inTask`sleep(1).then(step, step);`,
      inTask`step() && (await sleep(1));`,
      inTask`sleep; new Event(); new Event().set();`,
      inTask`await taskGroup(async (group) => { group.startSoon(step); group.startHandle(step); group.cancel(); });`,
      inTask`group.start(step);`,
      inTask`using shield = await openShield(); using held = await new Lock().acquire();`,
      inTask`await using owner = new Owner(step);`,
      inTask`const held = new Lock().acquire();`,
      inTask`using held = new Lock().acquireNoWait();`,
      `import { sleep } from "elsewhere"; sleep(1);`,
      `import sleep from "@holdfast/concurrency"; sleep(1);`,
      `import * as holdfast from "@holdfast/concurrency"; holdfast.constructor(); holdfast["sl" + "eep"](1);`,
      using`function sleep2(sleep) { sleep(1); }`,
      using`const [event] = [new Event()]; event.wait();`,
      using`const { wait } = new Event(); wait();`,
      using`let event = new Event(); event = other; event.wait();`,
      using`taskGroup2(async (group) => { group.start(step); });`,
      using`export class Worker { ready = new Event(); work() { return function () { this.ready.wait(); }; } }`,
      using`export class Worker { ready = new Event(); #ready = new Map(); work() { this.#ready.wait(); } }`,
      using`const event = event; event.wait();`,
      using`run.sleep(1);`,
      using`taskGroup(async (other, group) => { group.start(step); }).catch(step);`,
      using`failAfter(async (scope) => { scope.run(step); }, 10).catch(step);`,
      `import * as holdfast from "@holdfast/concurrency"; holdfast[sleep](1);`,
      using`export class Worker { ready = new Event(); work() { other.ready.wait(); } }`,
    ],
    invalid: [
      floating(using`sleep(1);`, "sleep(1)"),
      floating(inTask`sleep(1);`, "sleep(1)"),
      floating(inTask`checkpoint();`, "checkpoint()"),
      floating(inTask`new Event().wait();`, "new Event().wait()"),
      floating(inTask`const event = new Event(); event.wait();`, "event.wait()"),
      floating(inTask`const event = new Event(); event?.wait();`, "event?.wait()"),
      floating(inTask`new Lock().acquire();`, "new Lock().acquire()"),
      floating(inTask`run(step);`, "run(step)"),
      floating(inTask`taskGroup(step);`, "taskGroup(step)"),
      floating(inTask`failAfter(10, step);`, "failAfter(10, step)"),
      floating(inTask`new CancelScope().run(step);`, "new CancelScope().run(step)"),
      floating(inTask`openShield();`, "openShield()"),
      floating(inTask`await taskGroup(async (group) => { group.start(step); });`, "group.start(step)"),
      floating(inTask`await taskGroup(async (group) => { group.scope.run(step); });`, "group.scope.run(step)"),
      floating(
        inTask`await taskGroup(async (group) => { const left = group.startSoon(step); left.wait(); });`,
        "left.wait()",
      ),
      floating(
        inTask`await taskGroup(async (group) => { group.startSoon(step).wait(); });`,
        "group.startSoon(step).wait()",
      ),
      floating(inTask`await failAfter(10, async (scope) => { scope.run(step); });`, "scope.run(step)"),
      floating(inTask`const owner = new Owner(async (own) => { own.publish(1); });`, "own.publish(1)"),
      floating(
        inTask`const scope = new CancelScope(); const entered = scope.enter(); entered.run(step);`,
        "entered.run(step)",
      ),
      floating(
        inTask`await taskGroup(async (group) => { const server = group.startHandle(step); server.wait(); });`,
        "server.wait()",
      ),
      floating(using`const { send, receive: end } = openMemoryChannel(); send.send(1);`, "send.send(1)"),
      floating(
        using`const { send, receive: end } = openMemoryChannel(); end.clone().receive();`,
        "end.clone().receive()",
      ),
      floating(using`const channel = openMemoryChannel(); channel.send.send(1);`, "channel.send.send(1)"),
      floating(inTask`step() && sleep(1);`, "sleep(1)"),
      floating(inTask`step() ? sleep(1) : step();`, "sleep(1)"),
      floating(inTask`step() ? step() : sleep(1);`, "sleep(1)"),
      floating(inTask`step(), sleep(1);`, "sleep(1)"),
      floating(inTask`sleep(1).then(step);`, "sleep(1).then(step)"),
      floating(inTask`sleep(1).then(step).finally(step);`, "sleep(1).then(step).finally(step)"),
      floating(`import { sleep as nap } from "@holdfast/concurrency"; nap(1);`, "nap(1)"),
      floating(`import { "sleep" as nap } from "@holdfast/concurrency"; nap(1);`, "nap(1)"),
      floating(`import * as holdfast from "@holdfast/concurrency"; holdfast.sleep(1);`, "holdfast.sleep(1)"),
      floating(`import * as holdfast from "@holdfast/concurrency"; holdfast["sleep"](1);`, `holdfast["sleep"](1)`),
      floating(
        `import * as holdfast from "@holdfast/concurrency"; const event = new holdfast.Event(); event.wait();`,
        "event.wait()",
      ),
      floating(using`let event = new Event(); event.wait();`, "event.wait()"),
      floating(
        using`export class Worker { #ready = new Event(); async work() { this.#ready.wait(); } }`,
        "this.#ready.wait()",
      ),
      floating(
        using`export class Worker { ready = new Event(); async work() { await step(async () => { this.ready.wait(); }); } }`,
        "this.ready.wait()",
      ),
      floating(inTask`using shield = openShield();`, "openShield()", "using"),
      floating(inTask`const lock2 = new Lock(); using held = lock2.acquire();`, "lock2.acquire()", "using"),
      floating(inTask`const owner = new Owner(step); await using lease = owner.lease();`, "owner.lease()", "using"),
      stuck(using`export function work() { sleep(1); }`),
      stuck(using`export const work = () => { sleep(1); };`),
    ],
  },
  typescript: {
    valid: [
      using`export async function work(event: Event | undefined): Promise<void> { event.wait(); }`,
      using`interface Event {} export async function work(event: Event): Promise<void> { event.wait(); }`,
      `import type { TaskGroup } from "elsewhere"; import { run } from "@holdfast/concurrency"; export async function work(group: TaskGroup) { group.start(step); await run(step); }`,
    ],
    invalid: [
      floating(using`export async function work(event: Event): Promise<void> { event.wait(); }`, "event.wait()"),
      floating(
        `import type { TaskGroup } from "@holdfast/concurrency"; export async function work(name: string, group: TaskGroup) { group.start(step); }`,
        "group.start(step)",
      ),
      floating(
        using`export class Worker { readonly #ready: Event = make(); async work() { (this.#ready as Event).wait(); } }`,
        "(this.#ready as Event).wait()",
      ),
    ],
  },
});
