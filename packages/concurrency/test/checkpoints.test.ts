import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import * as api from "../src/index.ts";
import {
  cancellable,
  CancelScope,
  cancelShieldedCheckpoint,
  CapacityLimiter,
  checkpoint,
  checkpointIfCancelled,
  Condition,
  Event,
  failAfter,
  failAt,
  gather,
  isCancelled,
  iterate,
  Lock,
  moveOnAfter,
  moveOnAt,
  openDeadline,
  openMemoryChannel,
  openShield,
  Owner,
  run,
  Semaphore,
  shielded,
  sleep,
  sleepForever,
  sleepUntil,
  taskGroup,
  type TaskGroup,
  TaskLocal,
  waitForEvent,
  withSignal,
} from "../src/index.ts";
import * as testing from "../src/testing/index.ts";
import { Sequencer, type VirtualRuntime, waitAllTasksBlocked } from "../src/testing/index.ts";
import { virtually } from "./virtually.ts";

/** What a case may use: a group that is cancelled in the end, and what is to happen after that. */
interface Place {
  readonly group: TaskGroup;
  readonly runtime: VirtualRuntime;
  readonly ends: AsyncDisposableStack;
}

type Call = () => unknown;

/**
 * One public function in the form in which it has nothing to wait for, where there is one: it is then that a cancel point
 * or a schedule point is forgotten. Prepares, and gives the call.
 */
type Case = (place: Place) => Promise<Call> | Call;

interface Seen {
  /** It threw the cancellation of the scope around it. */
  readonly isCancelPoint: boolean;
  /** A task that was ready before the call has run when it is over. */
  readonly isSchedulePoint: boolean;
}

const both: Seen = { isCancelPoint: true, isSchedulePoint: true };
const cancelPointOnly: Seen = { isCancelPoint: true, isSchedulePoint: false };
const schedulePointOnly: Seen = { isCancelPoint: false, isSchedulePoint: true };
const neither: Seen = { isCancelPoint: false, isSchedulePoint: false };

async function observe(prepare: Case): Promise<Seen> {
  const { hasThrown } = await attempt(prepare, true);
  const { hasThrown: throwsAnyhow, hasYielded } = await attempt(prepare, false);
  if (throwsAnyhow) throw new Error("the case throws a cancellation though nothing is cancelled");
  return { isCancelPoint: hasThrown, isSchedulePoint: hasYielded };
}

/** Calls it in a scope, cancelled or not, while another task is ready. */
async function attempt(prepare: Case, isStopped: boolean): Promise<{ hasThrown: boolean; hasYielded: boolean }> {
  let hasThrown = false;
  let hasOtherRun = false;
  let hasYielded = false;
  await virtually(async (runtime) => {
    await using ends = new AsyncDisposableStack();
    await taskGroup(async (group) => {
      const call = await prepare({ group, runtime, ends });
      await new CancelScope().run(async (scope) => {
        group.startSoon(() => void (hasOtherRun = true));
        if (isStopped) scope.cancel();
        try {
          await call();
        } catch (error) {
          hasThrown = isCancelled(error);
          if (!hasThrown) throw error;
        }
        hasYielded = hasOtherRun;
      });
      group.cancel();
    });
  });
  return { hasThrown, hasYielded };
}

const done = (): Promise<void> => Promise.resolve();

function setEvent(): Event {
  const event = new Event();
  event.set();
  return event;
}

async function openOwner(ends: AsyncDisposableStack): Promise<Owner<string>> {
  const owner = ends.use(new Owner<string>((own) => own.publish("resource")));
  await owner.open();
  return owner;
}

function onOwner(call: (owner: Owner<string>) => unknown): Case {
  return async ({ ends }) => {
    const owner = await openOwner(ends);
    return () => call(owner);
  };
}

/** By the name of the export, or of its class and method; a second case of one function has a remark. */
const cases: Readonly<Record<string, readonly [Seen, Case]>> = {
  checkpoint: [both, () => checkpoint],
  checkpointIfCancelled: [cancelPointOnly, () => checkpointIfCancelled],
  cancelShieldedCheckpoint: [schedulePointOnly, () => cancelShieldedCheckpoint],
  sleep: [both, () => () => sleep(0)],
  "sleep, for a while": [both, () => () => sleep(1)],
  sleepForever: [both, () => () => moveOnAfter(1, () => sleepForever())],
  sleepUntil: [both, () => () => sleepUntil(0)],

  "CancelScope.run": [neither, () => () => new CancelScope().run(done)],
  failAfter: [neither, () => () => failAfter(10, done)],
  failAt: [
    neither,
    ({ runtime }) =>
      () =>
        failAt(runtime.now() + 10, done),
  ],
  moveOnAfter: [neither, () => () => moveOnAfter(10, done)],
  moveOnAt: [
    neither,
    ({ runtime }) =>
      () =>
        moveOnAt(runtime.now() + 10, done),
  ],
  shielded: [neither, () => () => shielded(done)],
  openShield: [neither, () => () => openShield()],
  openDeadline: [neither, () => () => openDeadline(10)],
  "TaskLocal.run": [neither, () => () => new TaskLocal<number>("a value").run(1, done)],
  withSignal: [cancelPointOnly, () => () => withSignal(done)],
  cancellable: [both, () => () => cancellable(done())],

  run: [schedulePointOnly, () => () => run(done)],
  taskGroup: [schedulePointOnly, () => () => taskGroup(done)],
  gather: [schedulePointOnly, () => () => gather([])],
  "TaskGroup.start": [
    schedulePointOnly,
    ({ group }) =>
      () =>
        shielded(() => group.start((status) => status.started())),
  ],
  "StartedTask.started": [
    schedulePointOnly,
    ({ group }) => {
      const { started } = group.startHandle((status) => status.started());
      return () => started;
    },
  ],
  "TaskHandle.wait": [
    both,
    async ({ group }) => {
      const handle = group.startSoon(done);
      await handle.wait();
      return () => handle.wait();
    },
  ],
  "TaskHandle.then": [
    both,
    async ({ group }) => {
      const handle = group.startSoon(done);
      await handle.wait();
      return () => handle;
    },
  ],

  "Event.wait": [both, () => () => setEvent().wait()],
  "Event.wait, not set": [
    both,
    ({ group }) => {
      const event = new Event();
      group.startSoon(() => sleep(1).then(() => event.set()));
      return () => event.wait();
    },
  ],
  "Lock.acquire": [both, () => () => new Lock().acquire()],
  "Lock.acquire, with fastAcquire": [cancelPointOnly, () => () => new Lock({ fastAcquire: true }).acquire()],
  "Lock.withLock": [both, () => () => new Lock().withLock(done)],
  "Condition.acquire": [both, () => () => new Condition().acquire()],
  "Condition.withLock": [both, () => () => new Condition().withLock(done)],
  "Condition.wait": [
    both,
    async ({ group }) => {
      const condition = new Condition();
      await condition.acquire();
      group.startSoon(() => condition.withLock(() => condition.notify()));
      return () => condition.wait();
    },
  ],
  "Condition.waitFor": [
    both,
    async () => {
      const condition = new Condition();
      await condition.acquire();
      return () => condition.waitFor(() => true);
    },
  ],
  "Semaphore.acquire": [both, () => () => new Semaphore(1).acquire()],
  "Semaphore.acquire, with fastAcquire": [
    cancelPointOnly,
    () => () => new Semaphore(1, { fastAcquire: true }).acquire(),
  ],
  "CapacityLimiter.acquire": [both, () => () => new CapacityLimiter(1).acquire()],
  "CapacityLimiter.acquireOnBehalfOf": [both, () => () => new CapacityLimiter(1).acquireOnBehalfOf("borrower")],

  "SendChannel.send": [both, () => () => openMemoryChannel<number>(1).send.send(1)],
  "ReceiveChannel.receive": [
    both,
    () => {
      const { send, receive } = openMemoryChannel<number>(1);
      send.sendNoWait(1);
      return () => receive.receive();
    },
  ],
  "ReceiveChannel.[Symbol.asyncIterator]": [
    both,
    () => {
      const { send, receive } = openMemoryChannel<number>(1);
      send.sendNoWait(1);
      return () => receive[Symbol.asyncIterator]().next();
    },
  ],
  "ReceiveChannel.[Symbol.asyncIterator], at the end": [
    cancelPointOnly,
    () => {
      const { send, receive } = openMemoryChannel<number>(1);
      send.close();
      return () => receive[Symbol.asyncIterator]().next();
    },
  ],
  iterate: [
    both,
    () => {
      const items = iterate(endless())[Symbol.asyncIterator]();
      return () => items.next();
    },
  ],
  waitForEvent: [
    both,
    ({ group }) => {
      const emitter = new EventEmitter();
      group.startSoon(() => sleep(1).then(() => emitter.emit("ready")));
      return () => waitForEvent(emitter, "ready");
    },
  ],

  "Owner.lease": [both, onOwner((owner) => owner.lease())],
  "Owner.open": [both, onOwner((owner) => owner.open())],
  "Owner.withLease": [both, onOwner((owner) => owner.withLease(done))],
  "Owner.close": [schedulePointOnly, onOwner((owner) => owner.close())],
  "Owner.close, never opened": [neither, () => () => new Owner((own) => own.publish(1)).close()],
  "Owner.drain": [schedulePointOnly, onOwner((owner) => owner.drain())],
  "Owner.drain, with a lease out": [
    both,
    async ({ ends, group }) => {
      const owner = await openOwner(ends);
      const lease = await owner.lease();
      group.startSoon(() => lease.release());
      return () => owner.drain();
    },
  ],
  "Owner.[Symbol.asyncDispose]": [schedulePointOnly, onOwner((owner) => owner[Symbol.asyncDispose]())],
  "Sequencer.step": [both, () => () => new Sequencer().step(0, done)],
  waitAllTasksBlocked: [both, () => waitAllTasksBlocked],
  "VirtualRuntime.waitAllTasksBlocked": [
    both,
    ({ runtime }) =>
      () =>
        runtime.waitAllTasksBlocked(),
  ],
  "VirtualRuntime.advance": [
    both,
    ({ runtime }) =>
      () =>
        runtime.advance(0),
  ],
  "VirtualRuntime.external": [
    both,
    ({ runtime }) =>
      () =>
        runtime.external(done()),
  ],
  "VirtualRuntime.pause": [
    schedulePointOnly,
    ({ runtime }) =>
      () =>
        runtime.pause(undefined),
  ],
};

async function* endless(): AsyncGenerator<number> {
  for (;;) yield 1;
}

test.each(Object.entries(cases))(`${covers("PE-1")} (%s)`, async (_name, [expected, prepare]) => {
  const seen = await observe(prepare);

  expect(seen).toEqual(expected);
});

/** What else is exported, or is a method of what is: it never suspends, or begins a program of its own. */
const others = `
  captureContext currentEffectiveDeadline currentTask currentTime isCancelled leafErrors openMemoryChannel rethrowCancelled runDetached
  runningTasks
  CancelScope.cancel CancelScope.enter CancelScope.exit
  CapacityLimiter.acquireNoWait CapacityLimiter.acquireOnBehalfOfNoWait CapacityLimiter.release
  CapacityLimiter.releaseOnBehalfOf CapacityLimiter.statistics
  Condition.acquireNoWait Condition.notify Condition.notifyAll Condition.release Condition.statistics
  Event.set Event.statistics
  Lease.[Symbol.dispose] Lease.release
  Lock.acquireNoWait Lock.release Lock.statistics
  Owner.ledger Owner.statistics Owner.tryLease
  ReceiveChannel.[Symbol.dispose] ReceiveChannel.clone ReceiveChannel.close ReceiveChannel.receiveNoWait
  ReceiveChannel.statistics
  ResourceGuard.enter
  RunVar.get RunVar.reset RunVar.set
  Semaphore.acquireNoWait Semaphore.release Semaphore.statistics
  SendChannel.[Symbol.dispose] SendChannel.clone SendChannel.close SendChannel.sendNoWait SendChannel.statistics
  TaskHandle.cancel TaskHandle.error TaskHandle.result
  TaskLocal.get
  ownershipReports runVirtually stopTrackingOwnership trackOwnership virtualFixture
  VirtualRuntime.abandon VirtualRuntime.adopt VirtualRuntime.assertIdle VirtualRuntime.clearTimer VirtualRuntime.leaks
  VirtualRuntime.nextTaskId VirtualRuntime.now VirtualRuntime.park VirtualRuntime.random VirtualRuntime.release
  VirtualRuntime.setTimer VirtualRuntime.start VirtualRuntime.statistics VirtualRuntime.wake
`;

test("every public function has a case above, or is known to need none", () => {
  const known = new Set([...Object.keys(cases).map((name) => name.split(", ")[0]), ...others.split(/\s+/u)]);

  const unknown = [...functionsOf(api), ...functionsOf(testing)].filter((name) => !known.has(name));

  expect(unknown).toEqual([]);
});

/** The names of the functions among some exports, and of the methods of the classes among them, errors excepted. */
function functionsOf(exports: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(exports).flatMap(([name, value]) => {
    if (typeof value !== "function") return [];
    const { prototype } = value as { readonly prototype?: object };
    if (prototype === undefined || !/^class\b/u.test(String(value))) return [name];
    if (prototype instanceof Error) return [];
    return methodsOf(prototype).map((method) => `${name}.${method}`);
  });
}

function methodsOf(prototype: object): string[] {
  return Reflect.ownKeys(prototype)
    .filter((key) => key !== "constructor" && isMethod(prototype, key))
    .map((key) => (typeof key === "symbol" ? `[${key.description}]` : key));
}

/** What one copy of the package calls of another goes by a registered symbol, and is not public. */
function isMethod(prototype: object, key: string | symbol): boolean {
  if (typeof key === "symbol" && Symbol.keyFor(key) !== undefined) return false;
  return typeof Object.getOwnPropertyDescriptor(prototype, key)?.value === "function";
}
