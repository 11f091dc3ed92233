/**
 * Random programs of tasks that send and receive through one memory channel, and an interpreter that keeps account of
 * each item.
 *
 * @module
 */
import * as fc from "fast-check";
import {
  HoldfastError,
  isCancelled,
  moveOnAfter,
  openMemoryChannel,
  type ReceiveChannel,
  run,
  type SendChannel,
  sleep,
  taskGroup,
  type TaskHandle,
} from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";

/** What a task does; `limit` is how long it waits at most. */
type Act =
  | { readonly do: "pass" | "pass limited" | "sleep"; readonly limit: number }
  | { readonly do: "pass at once" | "clone" | "all at once" };

/** What is done to the tasks from outside, after a delay. */
interface Blow {
  readonly at: number;
  readonly do: "cancel" | "close" | "cancel, then pass" | "pass, then cancel";
  readonly to: number;
}

export interface ChannelProgram {
  readonly bufferSize: number;
  readonly senders: readonly (readonly Act[])[];
  readonly receivers: readonly (readonly Act[])[];
  readonly blows: readonly Blow[];
}

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    do: fc.constantFrom("pass" as const, "pass limited" as const, "sleep" as const),
    limit: fc.integer({ min: 0, max: 4 }),
  }),
  fc.record({ do: fc.constantFrom("pass" as const), limit: fc.constant(0) }),
  fc.record({ do: fc.constantFrom("pass at once" as const, "clone" as const, "all at once" as const) }),
);
const scripts = fc.array(fc.array(anyAct, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 });

/** Arbitrary programs. */
export const channelProgram: fc.Arbitrary<ChannelProgram> = fc.record({
  bufferSize: fc.constantFrom(0, 0, 1, 2, Infinity),
  senders: scripts,
  receivers: scripts,
  blows: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 4 }),
      do: fc.constantFrom(
        "cancel" as const,
        "close" as const,
        "cancel, then pass" as const,
        "pass, then cancel" as const,
      ),
      to: fc.nat(5),
    }),
    { maxLength: 3 },
  ),
});

interface Item {
  readonly sender: number;
  readonly number: number;
}

/** What became of the items of a program. */
export class Account {
  readonly sent = new Set<Item>();
  readonly refused = new Set<Item>();
  readonly received = new Set<Item>();
  /** How many were in the buffer when the receive side closed. */
  dropped = 0;
  readonly violations: string[] = [];
  readonly errors = new Set<string>();

  /** Sends an item and writes down how that ended. */
  async send(item: Item, send: () => PromiseLike<void> | void): Promise<void> {
    try {
      await send();
      this.sent.add(item);
    } catch (error) {
      this.refused.add(item);
      this.failed(error);
    }
  }

  /** @param last what the same receiver has got before, of each sender. */
  receive(item: Item, last: Map<number, number>): void {
    const name = `${item.sender}.${item.number}`;
    if (this.received.has(item)) this.violations.push(`${name} was received twice`);
    if ((last.get(item.sender) ?? -1) >= item.number) this.violations.push(`${name} was received out of order`);
    last.set(item.sender, item.number);
    this.received.add(item);
  }

  /** Lets a cancellation pass; anything else is written down. */
  failed(error: unknown): void {
    if (!(error instanceof HoldfastError)) throw error;
    this.errors.add(error.code);
    if (isCancelled(error)) throw error;
  }

  close(end: SendChannel<Item> | ReceiveChannel<Item>): void {
    const { bufferUsed, openReceiveChannels } = end.statistics();
    end.close();
    if (openReceiveChannels > 0 && end.statistics().openReceiveChannels === 0) this.dropped += bufferUsed;
  }

  check(): void {
    const lost = [...this.sent].filter((item) => !this.received.has(item)).length;
    if (lost !== this.dropped) this.violations.push(`${lost} items were lost, ${this.dropped} were dropped`);
    for (const item of this.received) {
      if (this.refused.has(item)) this.violations.push(`${item.sender}.${item.number} was received and not sent`);
    }
  }
}

/** Runs a program on a virtual runtime whose order is chosen by a seed. */
export async function execute(program: ChannelProgram, seed: number): Promise<Account> {
  const runtime = new VirtualRuntime({ seed, order: "random" });
  const account = new Account();
  const channel = openMemoryChannel<Item>(program.bufferSize);
  await run(() => new Interpreter(account, channel).run(program), { runtime });
  account.check();
  const { bufferUsed, tasksWaitingReceive, tasksWaitingSend, openReceiveChannels, openSendChannels } =
    channel.send.statistics();
  if (bufferUsed + tasksWaitingReceive + tasksWaitingSend + openReceiveChannels + openSendChannels > 0) {
    account.violations.push("something is left in the channel");
  }
  const { ready, waiting, timers } = runtime.statistics();
  if (ready + waiting + timers > 0) account.violations.push("something is left on the runtime");
  return account;
}

class Interpreter {
  readonly #account: Account;
  readonly #send: SendChannel<Item>;
  readonly #receive: ReceiveChannel<Item>;
  readonly #tasks: TaskHandle<void>[] = [];
  /** The end that each task uses, in the order of the tasks. */
  readonly #ends: (SendChannel<Item> | ReceiveChannel<Item>)[] = [];
  #extra = 0;

  constructor(account: Account, { send, receive }: { send: SendChannel<Item>; receive: ReceiveChannel<Item> }) {
    this.#account = account;
    this.#send = send;
    this.#receive = receive;
  }

  async run({ senders, receivers, blows }: ChannelProgram): Promise<void> {
    await taskGroup(async (group) => {
      for (const [index, acts] of senders.entries()) {
        const end = this.#send.clone();
        this.#ends.push(end);
        this.#tasks.push(group.startSoon(() => this.#sender(index, end, acts)));
      }
      for (const acts of receivers) {
        const end = this.#receive.clone();
        this.#ends.push(end);
        this.#tasks.push(group.startSoon(() => this.#receiver(end, acts)));
      }
      this.#send.close();
      this.#account.close(this.#receive);
      for (const blow of blows) group.startSoon(() => this.#strike(blow));
    });
  }

  async #sender(sender: number, end: SendChannel<Item>, acts: readonly Act[]): Promise<void> {
    let number = 0;
    let current = end;
    const pass = async (send: (item: Item) => PromiseLike<void> | void): Promise<void> => {
      const item = { sender, number: number++ };
      await this.#account.send(item, () => send(item));
    };
    try {
      for (const act of acts) {
        if (act.do === "sleep") await sleep(act.limit);
        else if (act.do === "pass") await pass((item) => current.send(item));
        else if (act.do === "pass limited") await moveOnAfter(act.limit, () => pass((item) => current.send(item)));
        else if (act.do === "pass at once") await pass((item) => current.sendNoWait(item));
        else if (act.do === "all at once") await settled([1, 2].map(() => pass((item) => current.send(item))));
        else current = this.#clone(current);
      }
    } finally {
      this.#account.close(current);
    }
  }

  async #receiver(end: ReceiveChannel<Item>, acts: readonly Act[]): Promise<void> {
    const last = new Map<number, number>();
    let current = end;
    const pass = async (receive: () => PromiseLike<Item> | Item): Promise<void> => {
      try {
        this.#account.receive(await receive(), last);
      } catch (error) {
        this.#account.failed(error);
      }
    };
    try {
      for (const act of acts) {
        if (act.do === "sleep") await sleep(act.limit);
        else if (act.do === "pass") await pass(() => current.receive());
        else if (act.do === "pass limited") await moveOnAfter(act.limit, () => pass(() => current.receive()));
        else if (act.do === "pass at once") await pass(() => current.receiveNoWait());
        else if (act.do === "clone") current = this.#clone(current);
        else for await (const item of current) this.#account.receive(item, last);
      }
    } catch (error) {
      this.#account.failed(error);
    } finally {
      this.#account.close(current);
    }
  }

  /** Goes on with a clone, unless the end has been closed. */
  #clone<E extends SendChannel<Item> | ReceiveChannel<Item>>(end: E): E {
    try {
      const clone = end.clone() as E;
      this.#account.close(end);
      this.#ends[this.#ends.indexOf(end)] = clone;
      return clone;
    } catch (error) {
      this.#account.failed(error);
      return end;
    }
  }

  async #strike(blow: Blow): Promise<void> {
    await sleep(blow.at);
    const task = this.#tasks[blow.to % this.#tasks.length];
    const end = this.#ends[blow.to % this.#ends.length];
    if (blow.do === "close" && end !== undefined) this.#account.close(end);
    if (blow.do === "pass, then cancel") await this.#extraItem();
    if (blow.do !== "close") task?.cancel();
    if (blow.do === "cancel, then pass") await this.#extraItem();
  }

  /** From a sender of its own, in the very turn of the cancellation. */
  async #extraItem(): Promise<void> {
    const from = this.#ends.find((end) => "sendNoWait" in end);
    const item = { sender: 100 + this.#extra++, number: 0 };
    await this.#account.send(item, () => from?.sendNoWait(item));
  }
}

async function settled(promises: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  for (const result of results) if (result.status === "rejected") throw result.reason as unknown;
}
