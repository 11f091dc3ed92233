/**
 * One opening of an owned resource: the task that opens and closes it, its value, and its leases. The leases are a set,
 * not a number: a number can disagree with the facts, and then nobody closes, or somebody closes twice.
 *
 * @module
 */
import { runDetached, storage } from "../context.ts";
import { OwnerContractError } from "../errors.ts";
import { Lease } from "../lease.ts";
import type { OwnerContext, PublishOptions } from "../owner-context.ts";
import type { OwnerSettings } from "../owner-options.ts";
import { ClosedResourceError } from "../resource-errors.ts";
import type { Runtime } from "../runtime.ts";
import { Cancellation } from "./cancellation.ts";
import { LeaseList, type LeasePlace } from "./lease-list.ts";
import type { Fate, Ledger } from "./ledger.ts";
import { checkLoss, type Loss, watchLoss } from "./loss.ts";
import { Task } from "./task.ts";
import { TimerSlot } from "./timer-slot.ts";
import { look, touch } from "./touch.ts";
import { beginWait, currentFrame, type Waiter } from "./waiter.ts";

/** What a generation tells its owner. */
export interface GenerationEvents {
  /** The value is published and alive, and may be lent. */
  ready(): void;
  /** The opening has failed. The function may have to close what it had opened; `ended` follows. */
  openingFailed(error: unknown): void;
  /** No lease is out any more: the last came back, or all of them were lost. */
  returned(): void;
  /** The owner function has ended, or was given up. The last that is told. */
  ended(): void;
}

/** Why a generation is to end: a close, want of borrowers, or because the value is no more. */
type Ending = "closed" | "idled" | "lost";

export class Generation<T> {
  readonly number: number;
  readonly runtime: Runtime;
  readonly leases: LeaseList<T> = new LeaseList();
  readonly #of: object;
  readonly #settings: OwnerSettings<T>;
  readonly #ledger: Ledger;
  readonly #events: GenerationEvents;
  /** What `publish` gives back; the owner function must return this very object. */
  readonly #token: object = Object.freeze({});
  readonly #closing = new TimerSlot();
  readonly #idling = new TimerSlot();
  #task!: Task;
  #value: T | undefined;
  #park: Waiter<object> | undefined;
  #openedAt: number | undefined;
  #life = 0;
  #lostLeases = 0;
  /** Decided when the end begins, not when it is over: from then on nothing is lent. */
  #fate: Fate | undefined;
  #lostReason: unknown;
  #isEnded = false;
  /** A breach of the contract by the owner function, kept in case it hides the error. */
  #breach: Error | undefined;
  #unwatch: (() => void) | undefined;

  /** @param of the owner. */
  constructor(of: object, runtime: Runtime, settings: OwnerSettings<T>, ledger: Ledger, events: GenerationEvents) {
    this.#of = of;
    this.number = ledger.begin();
    this.runtime = runtime;
    this.#settings = settings;
    this.#ledger = ledger;
    this.#events = events;
  }

  get name(): string {
    return this.#settings.name;
  }

  get value(): T | undefined {
    return this.#value;
  }

  /** Whether the value may be lent. */
  get isReady(): boolean {
    return this.#openedAt !== undefined && this.#fate === undefined;
  }

  /** What became of it, from the moment that its end began. */
  get fate(): Fate | undefined {
    return this.#fate;
  }

  /** For how many milliseconds it was open when its end began. */
  get life(): number {
    return this.#life;
  }

  /** Leases that were out when the value was lost to them. */
  get lostLeases(): number {
    return this.#lostLeases;
  }

  get timers(): number {
    return Number(this.#closing.isArmed) + Number(this.#idling.isArmed);
  }

  /** Whether the running code is the owner function, which must not wait here for what it has yet to do. */
  get isCaller(): boolean {
    return storage.getStore()?.task === this.#task;
  }

  /** Whether the running code is the owner function, or in a task below it. */
  get isAroundCaller(): boolean {
    let frame = storage.getStore();
    while (frame?.parent !== undefined) frame = frame.parent;
    return frame?.task === this.#task;
  }

  /** Starts the owner function in a task of its own, which inherits neither scope nor context of the caller. */
  start(): void {
    const { fn, name, notifier } = this.#settings;
    const context: OwnerContext = {
      generation: this.number,
      publish: (value, options) => {
        const parked = this.#publish(value as never, options);
        // The function may leave it un-awaited and fail: that failure is told in its own place.
        parked.then(undefined, () => {});
        return parked as Promise<never>;
      },
    };
    const keeper = { taskDone: (task: Task) => this.#done(task) };
    runDetached(() => {
      this.#task = new Task(() => fn(context), keeper, this.runtime, undefined, name, notifier);
      this.#task.start();
    });
  }

  /** Tells that a lease goes out or comes back: they commute with each other, unless the last starts a timer. */
  tellLease(): void {
    if (this.#settings.idleTimeout === Infinity) look(this.#of, this.runtime);
    else this.#touch();
  }

  lend(): Lease<T> {
    this.#idling.disarm();
    return new Lease<T>(this);
  }

  release(place: LeasePlace<T>): void {
    this.tellLease();
    if (!this.leases.remove(place) || this.leases.size > 0) return;
    this.#idle();
    this.#events.returned();
  }

  /**
   * Asks the owner function to close: it returns from `publish`, or is cancelled while it is still opening. Leases
   * that are out are told that they are lost. One that does not end in time is cancelled, and then given up.
   */
  stop(ending: Ending, reason: unknown): void {
    this.#touch();
    if (this.#fate !== undefined) return;
    this.#decide(ending);
    this.#lose(reason);
    if (this.#park === undefined) this.#cancel(reason);
    else this.#park.settle(this.#token);
    const { closeTimeout } = this.#settings;
    this.#closing.arm(this.runtime, closeTimeout, () => {
      this.#touch();
      this.#cancel(`closing took longer than ${closeTimeout} ms`);
      this.#closing.arm(this.runtime, closeTimeout, () => {
        this.#touch();
        this.#ledger.abandoned();
        this.#end(undefined);
      });
    });
  }

  async #publish(value: T, { lost }: PublishOptions = {}): Promise<object> {
    this.#touch();
    if (this.#park !== undefined || this.#task.isDone) {
      const what = this.#park === undefined ? "after the end of the function of" : "a second time in one run of";
      this.#breach = new OwnerContractError(`publish() ${what} ${this.name}; the function publishes once`);
      throw this.#breach;
    }
    // Given up and cancelled long since, though behind a shield: it is late, and has broken no contract.
    if (this.#isEnded) throw this.#task.effective?.error;
    checkLoss(lost);
    const what = `${this.name} to be closed`;
    const frame = currentFrame(what);
    const park = beginWait<object>(what);
    this.#park = park;
    this.#value = value;
    // At once, not when the function feels it: in between it is no longer parked, and the value must not be lent.
    park.onCancel = () => {
      if (!this.#task.isDone) this.stop("lost", frame?.effective?.error);
    };
    if (this.#fate === undefined) this.#ready(lost);
    // Asked to close while a shield kept the cancellation out.
    else park.settle(this.#token);
    return await park.promise;
  }

  #ready(lost: Loss | undefined): void {
    if (lost !== undefined) {
      this.#unwatch = watchLoss(lost, (error, cause) => {
        this.stop(
          "lost",
          error ?? new ClosedResourceError(`${this.name} was lost`, cause === undefined ? {} : { cause }),
        );
      });
    }
    // A value that is dead on arrival is a failed opening, and must not be lent.
    if (this.#fate !== undefined) {
      this.#ledger.failed(this.#lostReason);
      this.#events.openingFailed(this.#lostReason);
      return;
    }
    this.#openedAt = this.runtime.now();
    this.#ledger.opened();
    this.#events.ready();
    this.#idle();
  }

  /** Lets the time run for which the value may be lent to nobody. */
  #idle(): void {
    if (this.leases.size > 0) return;
    const { idleTimeout } = this.#settings;
    this.#idling.arm(this.runtime, idleTimeout, () => {
      this.stop("idled", new ClosedResourceError(`${this.name} was closed after ${idleTimeout} ms without a lease`));
    });
  }

  #decide(ending: Ending): void {
    const isOpen = this.#openedAt !== undefined;
    if (isOpen) this.#life = this.runtime.now() - (this.#openedAt as number);
    this.#fate = isOpen ? ending : ending === "closed" ? "cancelled" : "failed";
    this.#ledger.ended(this.#fate);
    this.#idling.disarm();
  }

  /** Tells the borrowers that the value is gone, and forgets them. */
  #lose(reason: unknown): void {
    if (this.#lostReason !== undefined) return;
    this.#lostReason = reason;
    const leases = this.leases.takeAll();
    this.#lostLeases = leases.length;
    for (const lease of leases) Lease.lose(lease, reason);
    if (leases.length > 0) this.#events.returned();
  }

  /** The owner function has ended, one way or another; perhaps after it was given up. */
  #done(task: Task): void {
    this.#touch();
    const failure = this.#failureOf(task);
    if (failure !== undefined) this.#ledger.failed(failure);
    if (this.#isEnded) return;
    if (this.#park === undefined && failure !== undefined) this.#events.openingFailed(failure);
    this.#end(failure);
  }

  #failureOf(task: Task): unknown {
    const { name } = this;
    if (task.outcome === "failed")
      return task.result ?? new OwnerContractError(`the function of ${name} threw nothing`);
    if (this.#breach !== undefined) return this.#breach;
    const isPublished = this.#park !== undefined;
    // A close that had to be cut short has failed; an opening that was told to stop has not.
    if (task.outcome === "cancelled") return isPublished ? task.result : undefined;
    if (isPublished && task.result === this.#token) return undefined;
    const what = isPublished ? "returned something else than what publish() gave" : "returned without publishing";
    return new OwnerContractError(`the function of ${name} ${what}; return await own.publish(value)`);
  }

  #end(failure: unknown): void {
    this.#isEnded = true;
    this.#closing.disarm();
    if (this.#fate === undefined) this.#decide("lost");
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#lose(failure ?? new ClosedResourceError(`${this.name} has ended`));
    this.#events.ended();
  }

  #touch(): void {
    touch(this.#of, this.runtime);
  }

  #cancel(reason: unknown): void {
    this.#task.cancel(new Cancellation("closed", reason, this.name));
  }
}
