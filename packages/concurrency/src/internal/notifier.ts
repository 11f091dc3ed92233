/**
 * Hands events to the instruments of a root task. Tasks carry a notifier only when there is an instrument, so that
 * watching costs nothing where nobody watches.
 *
 * @module
 */
import type { Instrument, ScopeEvent, WaitEvent } from "../instrument.ts";
import type { TaskInfo } from "../task-info.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Frame } from "./frame.ts";
import type { Waiter } from "./waiter.ts";

export class Notifier {
  readonly #instruments: readonly Instrument[];
  readonly #waits = new Map<Waiter<unknown>, WaitEvent>();

  constructor(instruments: readonly Instrument[]) {
    this.#instruments = instruments;
  }

  taskSpawned(task: TaskInfo): void {
    this.#tell((instrument) => instrument.taskSpawned?.(task));
  }

  taskFinished(task: TaskInfo, outcome: "finished" | "failed" | "cancelled", result: unknown): void {
    this.#tell((instrument) => {
      if (outcome === "failed") instrument.taskFinished?.(task, outcome, result);
      else instrument.taskFinished?.(task, outcome);
    });
  }

  scopeEntered(frame: Frame): void {
    this.#tell((instrument) => instrument.scopeEntered?.(describe(frame)));
  }

  scopeExited(frame: Frame): void {
    this.#tell((instrument) => instrument.scopeExited?.(describe(frame)));
  }

  scopeCancelled(frame: Frame, { source, reason, by }: Cancellation): void {
    this.#tell((instrument) => instrument.scopeCancelled?.({ ...describe(frame), source, reason, by }));
  }

  scopeAbandoned(frame: Frame, explicit: boolean): void {
    this.#tell((instrument) => instrument.scopeAbandoned?.({ ...describe(frame), explicit }));
  }

  waitBegun(wait: Waiter<unknown>, task: TaskInfo): void {
    // Put into words only when somebody asks.
    const event: WaitEvent = {
      task,
      get what(): string {
        return wait.what;
      },
    };
    this.#waits.set(wait, event);
    this.#tell((instrument) => instrument.waitBegun?.(event));
  }

  waitEnded(wait: Waiter<unknown>, outcome: "value" | "error"): void {
    const event = this.#waits.get(wait);
    if (event === undefined) return;
    this.#waits.delete(wait);
    this.#tell((instrument) => instrument.waitEnded?.(event, outcome));
  }

  #tell(event: (instrument: Instrument) => void): void {
    for (const instrument of this.#instruments) {
      try {
        event(instrument);
      } catch (error) {
        // Thrown here it would leave a task half ended. As an unhandled rejection it is as loud, and breaks nothing.
        void Promise.reject(error);
      }
    }
  }
}

function describe(frame: Frame): ScopeEvent {
  return { task: frame.task.info, name: frame.name };
}
