/**
 * What can go wrong with an exploration as a whole. A run that fails is no error but what is looked for.
 *
 * @module
 */
import { HoldfastError } from "@holdfast/concurrency";

/** The codes of this package's errors. */
export type ExploreErrorCode =
  | "EXPLORE_DIVERGED"
  | "EXPLORE_NO_DRAIN"
  | "EXPLORE_PRIVATE_FIELDS"
  | "EXPLORE_REPLAY_INVALID"
  | "EXPLORE_SCENARIO_MISSING";

/** Thrown where promises cannot be followed to their end without a turn of the event loop. */
export class NoDrainError extends HoldfastError {
  override readonly code = "EXPLORE_NO_DRAIN";
  override readonly hint = "explore on Node 24 or 26, and call explore() outside of every other exploration";

  constructor() {
    super("exploring schedules: this engine offers no way to follow promises to their end; use Node 24 or 26");
  }
  static {
    Object.defineProperty(this.prototype, "name", { value: "NoDrainError", configurable: true, writable: true });
  }
}

/** Thrown by a method of a shared object that keeps `#private` fields, which no proxy can watch. */
export class PrivateFieldsError extends HoldfastError {
  override readonly code = "EXPLORE_PRIVATE_FIELDS";
  override readonly hint =
    "leave the object as it is, and call lab.access(object, mode) where its state is read or written";

  /** @param name what the object was called in `lab.shared()`. */
  constructor(name: string, options: ErrorOptions) {
    super(
      `watching ${JSON.stringify(name)}: it has #private fields, which cannot be watched from outside; do not wrap it in lab.shared(), and call lab.access() where its state is read or written`,
      options,
    );
  }
  static {
    Object.defineProperty(this.prototype, "name", { value: "PrivateFieldsError", configurable: true, writable: true });
  }
}

/** Thrown by a replay when the program no longer does what it did when its string was made. */
export class DivergedError extends HoldfastError {
  override readonly code = "EXPLORE_DIVERGED";
  override readonly hint = "explore anew, or replay tolerantly to see where it gets to";

  /** @param found what was found in place of what the string says. */
  constructor(found: string) {
    super(`replaying a schedule: ${found}; the program has changed since, so explore it anew`);
  }
  static {
    Object.defineProperty(this.prototype, "name", { value: "DivergedError", configurable: true, writable: true });
  }
}

/** Thrown for a replay string that is none. */
export class ReplayInvalidError extends HoldfastError {
  override readonly code = "EXPLORE_REPLAY_INVALID";
  override readonly hint = "paste the whole string, as in h1:7f3a9c02:np:1.1,2.3";

  constructor(text: string, found: string) {
    super(
      `reading the replay string ${JSON.stringify(text.slice(0, 80))}: ${found}; it looks like h1:7f3a9c02:np:1.1,2.3`,
    );
  }
  static {
    Object.defineProperty(this.prototype, "name", { value: "ReplayInvalidError", configurable: true, writable: true });
  }
}

/** Thrown when a module has no scenario to explore, or cannot be loaded. */
export class ScenarioMissingError extends HoldfastError {
  override readonly code = "EXPLORE_SCENARIO_MISSING";
  override readonly hint = "export a function called scenario that takes a lab, or name another export";

  constructor(module: string, found: string, options?: ErrorOptions) {
    super(`loading a scenario from ${module}: ${found}; export a function called scenario that takes a lab`, options);
  }
  static {
    Object.defineProperty(this.prototype, "name", {
      value: "ScenarioMissingError",
      configurable: true,
      writable: true,
    });
  }
}
