/**
 * The load of one level: its connections, and when each sends its next request.
 *
 * @module
 */
import { Connection, type RequestClient } from "./connection.ts";
import type { OpenArrival, Plan } from "./options.ts";
import { FollowingClient } from "./redirects.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Tally } from "./tally.ts";

/** As many sockets as the level has requests in flight, gone when it is disposed. */
export class Load implements AsyncDisposable {
  readonly #plan: Plan;
  readonly #clients: readonly RequestClient[];
  readonly #failed = new AbortController();
  readonly #stop: AbortSignal;
  /** What the signal says, which is asked for each request. */
  #isStopped = false;

  constructor(plan: Plan, concurrency: number) {
    this.#plan = plan;
    const count = Math.min(concurrency, Math.max(plan.requests, plan.warmUp));
    this.#clients = Array.from({ length: count }, () =>
      plan.follow ? new FollowingClient(plan) : new Connection(plan, plan.origin),
    );
    this.#stop = AbortSignal.any(
      plan.signal === undefined ? [this.#failed.signal] : [this.#failed.signal, plan.signal],
    );
  }

  /**
   * Sends what the tally asks for, and tells it what became of that.
   *
   * **Cancellation:** an abort of the plan's signal ends the requests under way, and this rejects with the signal's reason.
   *
   * @throws what `onProgress` throws.
   */
  async run(tally: Tally): Promise<void> {
    const stop = this.#stop;
    stop.throwIfAborted();
    const endRequests = (): void => {
      this.#isStopped = true;
      for (const client of this.#clients) client.endRequest(new Error("the level was stopped"));
    };
    stop.addEventListener("abort", endRequests, { once: true });
    const { arrival } = this.#plan;
    if (arrival === "closed") await this.#sendInTurn(tally);
    else if (arrival === "burst") await this.#sendTogether(tally);
    else await this.#sendOnTime(tally, arrival);
    stop.removeEventListener("abort", endRequests);
    stop.throwIfAborted();
  }

  /** **Cancellation:** none; sockets close at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  /** Each client sends its next request when the one before is answered. */
  #sendInTurn(tally: Tally): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let active = this.#clients.length;
    const next = (client: RequestClient): void => {
      if (!this.#isStopped && tally.take()) this.#send(client, performance.now(), tally, next);
      else if (--active === 0) resolve();
    };
    for (const client of this.#clients) next(client);
    return promise;
  }

  /** All clients send at once, and again when all of them are answered. */
  async #sendTogether(tally: Tally): Promise<void> {
    while (!this.#isStopped && tally.left > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const clients = this.#clients.slice(0, tally.left);
      let active = clients.length;
      const over = (): void => {
        if (--active === 0) resolve();
      };
      // One time for all: to write a request takes time too, and a burst is due as a whole.
      const now = performance.now();
      for (const client of clients) {
        tally.take();
        this.#send(client, now, tally, over);
      }
      await promise;
      tally.endBurst();
    }
  }

  /** Requests come at their own times, and wait for a client where none is free. */
  async #sendOnTime(tally: Tally, { rate, spacing = "random" }: OpenArrival): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const meanGapMs = 1_000 / rate;
    const random = seededRandom(this.#plan.seed);
    const gap = (): number => (spacing === "even" ? meanGapMs : -Math.log(1 - random()) * meanGapMs);
    const free = [...this.#clients];
    const due: number[] = [];
    let [active, isLast] = [0, false];
    let nextDue = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const settle = (): void => {
      if (active > 0 || (!this.#isStopped && (!isLast || due.length > 0))) return;
      clearTimeout(timer);
      resolve();
    };
    const start = (client: RequestClient, at: number): void => {
      active += 1;
      this.#send(client, at, tally, over);
    };
    const over = (client: RequestClient): void => {
      active -= 1;
      const at = this.#isStopped ? undefined : due.shift();
      if (at === undefined) free.push(client);
      else start(client, at);
      settle();
    };
    const arrive = (): void => {
      for (const now = performance.now(); nextDue <= now && !isLast; nextDue += gap()) {
        isLast = this.#isStopped || !tally.take();
        if (isLast) break;
        const client = free.pop();
        if (client === undefined) {
          tally.delay();
          due.push(nextDue);
        } else {
          start(client, nextDue);
        }
      }
      if (!isLast) timer = setTimeout(arrive, Math.max(0, nextDue - performance.now()));
      settle();
    };
    this.#stop.addEventListener("abort", settle, { once: true });
    arrive();
    await promise;
    this.#stop.removeEventListener("abort", settle);
  }

  #send(client: RequestClient, started: number, tally: Tally, over: (client: RequestClient) => void): void {
    client.send(this.#plan.maker.next(), started, (outcome) => {
      try {
        if (!this.#isStopped) tally.add(outcome);
      } catch (error) {
        this.#failed.abort(error);
      }
      over(client);
    });
  }
}
