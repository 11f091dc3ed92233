/**
 * Runs the random programs of tasks that meet at the primitives, and notes what each task sees.
 *
 * @module
 */
import {
  cancellable,
  cancelShieldedCheckpoint,
  CancelScope,
  CapacityLimiter,
  checkpoint,
  checkpointIfCancelled,
  Condition,
  currentEffectiveDeadline,
  currentTask,
  Event,
  type Hold,
  isCancelled,
  type Lease,
  Lock,
  type MemoryChannel,
  openMemoryChannel,
  openDeadline,
  openShield,
  Owner,
  ResourceGuard,
  run,
  runningTasks,
  RunVar,
  type RunVarToken,
  Semaphore,
  shielded,
  sleep,
  type StartedTask,
  type TaskGroup,
  taskGroup,
  type TaskHandle,
  type TaskStatus,
} from "../src/index.ts";
import { Sequencer } from "../src/testing/index.ts";
import type { RecordingRuntime } from "./recording-runtime.ts";
import type { Op, Program } from "./random-touching.ts";
import { describe, handleState, limiterState, lockState, ownerState } from "./touching-words.ts";

/** Runs a program, and notes what its tasks see, in the order in which each sees it. */
export class Interpreter {
  readonly #logs = new Map<string, string[]>();
  readonly #events = [new Event(), new Event()];
  readonly #lock = new Lock();
  readonly #condition = new Condition(this.#lock);
  readonly #fast = new Lock({ fastAcquire: true });
  readonly #semaphore = new Semaphore(1, { maxValue: 2, fastAcquire: true });
  readonly #limiter = new CapacityLimiter(1);
  readonly #guard = new ResourceGuard();
  readonly #channels = [openMemoryChannel<string>(0), openMemoryChannel<string>(1)];
  readonly #lost = Promise.withResolvers<void>();
  readonly #owners: readonly Owner<string>[];
  readonly #scopes = [
    new CancelScope({ name: "0" }),
    new CancelScope({ name: "1", timeout: 2 }),
    new CancelScope({ name: "2", shield: true }),
  ];
  readonly #variable = new RunVar<string>("variable", { default: "nothing" });
  readonly #deferred = [0, 1].map(() => Promise.withResolvers<string>());
  readonly #sequencer = new Sequencer();
  readonly #handles: TaskHandle<unknown>[] = [];
  readonly #holds: Hold[] = [];
  readonly #leases: Lease<string>[] = [];
  readonly #tokens: RunVarToken<string>[] = [];
  readonly #started: StartedTask<unknown, unknown>[] = [];
  #group!: TaskGroup;
  #runtime!: RecordingRuntime;

  constructor() {
    const open = (timeout: number, idleTimeout: number): Owner<string> =>
      new Owner<string>(
        async (own) => {
          if (timeout > 0) await sleep(timeout);
          return await own.publish("value", { lost: this.#lost.promise });
        },
        { name: `owner-${timeout}`, idleTimeout, closeTimeout: 5 },
      );
    this.#owners = [open(0, Infinity), open(1, 1)];
    for (const { promise } of this.#deferred) promise.catch(() => {});
  }

  async run(program: Program, runtime: RecordingRuntime): Promise<void> {
    this.#runtime = runtime;
    await run(
      async () => {
        await taskGroup(async (group) => {
          this.#group = group;
          for (const [index, ops] of program.entries()) {
            this.#handles.push(group.startSoon(() => this.#all(ops, `${index}`), { name: `${index}` }));
          }
          await sleep(40);
          group.cancel();
        }).catch((error: unknown) => this.#note("end", describe(error)));
        for (const owner of this.#owners) await owner.close();
      },
      { runtime, name: "main" },
    ).catch((error: unknown) => this.#note("end", describe(error)));
  }

  /** All that can be seen now. Asked for outside every task. */
  snapshot(runtime: RecordingRuntime): string {
    runtime.isRecording = false;
    try {
      const logs = [...this.#logs].map(([who, log]) => `${who}: ${log.join(" | ")}`).toSorted();
      // Not whether it was called, as to ask is to notice the deadline.
      const scopes = this.#scopes.map((scope) => [scope.cancelledCaught, scope.cancelSource, scope.shield]);
      const tasks = this.#handles.map((handle) => handleState(handle)).toSorted();
      return [
        ...logs,
        JSON.stringify([
          this.#events.map((event) => [event.isSet, event.statistics()]),
          [this.#lock, this.#fast].map((lock) => lockState(lock)),
          this.#condition.statistics().tasksWaiting,
          this.#semaphore.value,
          this.#semaphore.statistics(),
          limiterState(this.#limiter),
          this.#channels.map(({ send }) => send.statistics()),
          this.#owners.map((owner) => [ownerState(owner), owner.ledger()]),
          scopes,
          tasks,
          this.#holds.map((hold) => String(hold.isReleased)).toSorted(),
          this.#leases.map((lease) => [lease.isLost, lease.isReleased].join()).toSorted(),
        ]),
        ...runtime.leaks().toSorted(),
      ].join("\n");
    } finally {
      runtime.isRecording = true;
    }
  }

  async #inOpened(at: number, inside: () => Promise<void>): Promise<void> {
    using _scope = await (at === 0 ? openShield() : openDeadline(at));
    await inside();
  }

  #start(at: number, inside: () => Promise<void>, who: string): Promise<unknown> {
    const started = this.#group.startHandle(
      async (status: TaskStatus<string>) => {
        if (at === 1) await checkpoint();
        if (at < 2) status.started(who);
        await inside();
      },
      { name: who },
    );
    this.#keep(this.#started, started);
    return started.started;
  }

  /** The program's own state is touched as well. */
  #keep<T>(list: T[], one: T): void {
    this.#runtime.access(list, "write");
    list.push(one);
  }

  #kept<T>(list: readonly T[]): readonly T[] {
    this.#runtime.access(list, "read");
    return list;
  }

  #first<T extends object>(deferred: T): T {
    this.#runtime.access(deferred, "write");
    return deferred;
  }

  #handle(at: number): TaskHandle<unknown> | undefined {
    return this.#kept(this.#handles)[at];
  }

  #note(who: string, what: string): void {
    const log = this.#logs.get(who);
    if (log === undefined) this.#logs.set(who, [what]);
    else log.push(what);
  }

  async #all(ops: readonly Op[], who: string): Promise<void> {
    for (const [index, one] of ops.entries()) {
      if (one.isApart) await cancelShieldedCheckpoint();
      await this.#one(one, `${who}.${index}`);
    }
  }

  async #one(one: Op, who: string): Promise<void> {
    try {
      const seen = await this.#do(one, who);
      this.#note(who, `${one.do} ${JSON.stringify(seen)}`);
    } catch (error) {
      this.#note(who, `${one.do} ${describe(error)}`);
      if (isCancelled(error) || one.do === "fail") throw error;
    }
  }

  #do({ do: what, at, steps }: Op, who: string): unknown {
    const event = this.#events[at % 2] as Event;
    const channel = this.#channels[at % 2] as MemoryChannel<string>;
    const owner = this.#owners[at % 2] as Owner<string>;
    const scope = this.#scopes[at] as CancelScope;
    const deferred = this.#deferred[at % 2] as PromiseWithResolvers<string>;

    const lock = at === 0 ? this.#fast : this.#lock;
    const inside = (): Promise<void> => this.#all(steps, who);
    const holding = async (acquired: Hold | Promise<Hold>): Promise<void> => {
      using hold = await acquired;
      this.#keep(this.#holds, hold);
      await inside();
    };
    switch (what) {
      case "set":
        return event.set();
      case "wait":
        return event.wait();
      case "event.set":
        return event.isSet;
      case "event.count":
        return event.statistics();
      case "lock.nowait":
        return lock.acquireNoWait().release();
      case "lock.locked":
        return lock.isLocked;
      case "lock.statistics":
        return lockState(lock);
      case "semaphore.acquire":
        return this.#semaphore.acquire().then(() => true);
      case "semaphore.nowait":
        return void this.#semaphore.acquireNoWait();
      case "semaphore.release":
        return this.#semaphore.release();
      case "semaphore.value":
        return this.#semaphore.value;
      case "semaphore.count":
        return this.#semaphore.statistics();
      case "limiter.nowait":
        return this.#limiter.acquireNoWait().release();
      case "limiter.behalf":
        return this.#limiter.acquireOnBehalfOf(at).then((hold) => this.#keep(this.#holds, hold));
      case "limiter.give":
        return this.#limiter.releaseOnBehalfOf(at);
      case "limiter.resize":
        return void (this.#limiter.totalTokens = at);
      case "limiter.total":
        return this.#limiter.totalTokens;
      case "limiter.out":
        return this.#limiter.borrowedTokens;
      case "limiter.free":
        return this.#limiter.availableTokens;
      case "limiter.statistics":
        return limiterState(this.#limiter);
      case "notify":
        return this.#condition.notify();
      case "notify.all":
        return this.#condition.withLock(() => this.#condition.notifyAll());
      case "condition":
        return at === 0 ? this.#condition.statistics().tasksWaiting : this.#condition.wait();
      case "send":
        return channel.send.send(who);
      case "send.nowait":
        return channel.send.sendNoWait(who);
      case "receive":
        return channel.receive.receive();
      case "receive.nowait":
        return channel.receive.receiveNoWait();
      case "send.close":
        return channel.send.close();
      case "receive.close":
        return channel.receive.close();
      case "send.clone":
        return channel.send.clone().send(who);
      case "receive.clone":
        return channel.receive.clone().receive();
      case "channel":
        return channel.send.statistics();
      case "lease.take":
        return owner.lease().then((lease) => this.#keep(this.#leases, lease));
      case "lease.release":
        return this.#kept(this.#leases)[0]?.release();
      case "lease.value":
        return this.#kept(this.#leases)[0]?.value;
      case "lease.lost":
        return this.#kept(this.#leases)[0]?.isLost;
      case "lease.out":
        return this.#kept(this.#leases)[0]?.isReleased;
      case "lease.signal":
        return this.#kept(this.#leases)[0]?.lost.aborted;
      case "owner.open":
        return owner.open();
      case "owner.close":
        return owner.close();
      case "owner.drain":
        return owner.drain(at === 0 ? Infinity : at);
      case "owner.statistics":
        return ownerState(owner);
      case "owner.ledger":
        return owner.ledger();
      case "owner.lose":
        return this.#first(this.#lost).resolve();
      case "hold.release":
        return this.#kept(this.#holds)[at]?.release();
      case "hold.read":
        return this.#kept(this.#holds)[at]?.isReleased;
      case "task.cancel":
        return this.#handle(at)?.cancel(who);
      case "task.wait":
        return this.#handle(at)?.name === currentTask().name ? undefined : this.#handle(at)?.wait();
      case "task.await":
        return this.#handle(at)?.name === currentTask().name ? undefined : this.#handle(at);
      case "task.status":
        return this.#handle(at)?.status;
      case "task.pending":
        return this.#handle(at)?.task.hasPendingCancellation();
      case "task.result":
        return this.#handle(at)?.result() ?? null;
      case "task.error":
        return describe(this.#handle(at)?.error());
      case "group.cancel":
        return this.#group.cancel(who);
      case "tasks":
        return runningTasks()
          .map(({ name }) => name)
          .toSorted();
      case "fail":
        throw new Error(`failed in ${who}`);
      case "var.get":
        return this.#variable.get();
      case "var.set":
        return this.#keep(this.#tokens, this.#variable.set(who));
      case "var.reset":
        return this.#kept(this.#tokens)
          .slice(0, 1)
          .map((token) => this.#variable.reset(token)).length;
      case "resolve":
        return this.#first(deferred).resolve(who);
      case "reject":
        return this.#first(deferred).reject(new Error(who));
      case "await":
        return cancellable(deferred.promise);
      case "sequence":
        return this.#sequencer.step(at, () => who);
      case "scope.cancel":
        return scope.cancel(who);
      case "scope.shield":
        return void (scope.shield = true);
      case "scope.lower":
        return void (scope.shield = false);
      case "scope.deadline":
        return void (scope.deadline = 1);
      case "scope.called":
        return scope.cancelCalled;
      case "scope.caught":
        return scope.cancelledCaught;
      case "scope.source":
        return scope.cancelSource;
      case "scope.shielded":
        return scope.shield;
      case "scope.signal":
        return scope.signal.aborted;
      case "scope.limit":
        return scope.timeout;
      case "scope.relative":
        return scope.isRelative;
      case "scope.until":
        return scope.deadline;
      case "scope.timeout":
        return void (scope.timeout = 1);
      case "sleep":
        return sleep(at);
      case "checkpoint":
        return checkpoint();
      case "checkpoint.cancelled":
        return checkpointIfCancelled();
      case "deadline":
        return currentEffectiveDeadline();
      case "in.lock":
        return holding(at === 2 ? lock.acquireNoWait() : lock.acquire());
      case "in.condition":
        return this.#condition.withLock(async () => {
          if (at > 0) await this.#condition.wait();
          await inside();
        });
      case "in.semaphore":
        return holding(this.#semaphore.acquire());
      case "in.limiter":
        return holding(this.#limiter.acquire());
      case "in.guard":
        return holding(this.#guard.enter());
      case "in.lease":
        return owner.withLease(async (value, lease) => {
          this.#keep(this.#leases, lease);
          await inside();
          return [value, lease.isLost];
        });
      case "in.scope":
        return scope.run(inside);
      case "in.shield":
        return shielded(inside);
      case "in.limit":
        return new CancelScope({ timeout: at }).run(inside);
      case "in.open":
        return this.#inOpened(at, inside);
      case "started.read":
        return this.#kept(this.#started).map(({ startValue }) => startValue ?? "none");
      case "in.task": {
        const started = this.#group.startSoon(inside, { name: who });
        if (at === 0) this.#keep(this.#handles, started);
        return undefined;
      }
      case "in.started":
        return this.#start(at, inside, who);
      case "in.group":
        return taskGroup(async (group) => {
          for (const [index, step] of steps.entries())
            group.startSoon(() => this.#one(step, `${who}.${index}`), { name: `${who}.${index}` });
          if (at === 0) await checkpoint();
        });
      case "both":
        return Promise.all(steps.map((step, index) => this.#one(step, `${who}.${index}`)));
      default:
        throw new Error(`no operation ${String(what)}`);
    }
  }
}
