/**
 * What can go wrong while the demo sets its stage: its child processes and their ports.
 *
 * @module
 */
import { HoldfastError } from "@holdfast/concurrency";

/** The codes of this package's errors. */
export type DemoErrorCode =
  | "DEMO_BUNDLED_FIX"
  | "DEMO_CHILD_NOT_READY"
  | "DEMO_MODEL_UNAVAILABLE"
  | "DEMO_PORT_IN_USE"
  | "DEMO_REPORT_NOT_WRITTEN";

/** Thrown when a child process of the demo ended, failed or stayed silent before it was ready. */
export class ChildNotReadyError extends HoldfastError {
  override readonly code = "DEMO_CHILD_NOT_READY";
  /** The name that the child was started under. */
  readonly child: string;
  /** The last part of what the child wrote to its standard error. */
  readonly stderr: string;

  constructor(child: string, found: string, stderr: string, options?: ErrorOptions) {
    super(`starting the ${child}: ${found}${saying(stderr)}`, options);
    this.child = child;
    this.stderr = stderr;
  }
  static {
    nameOf(ChildNotReadyError, "ChildNotReadyError");
  }
}

/** Thrown when a server of the demo cannot listen because its port is taken. */
export class PortInUseError extends HoldfastError {
  override readonly code = "DEMO_PORT_IN_USE";
  override readonly hint = "name a free port, or 0 for any";
  /** The port that was asked for. */
  readonly port: number;

  constructor(port: number, options?: ErrorOptions) {
    super(`listening on 127.0.0.1:${port}: another process has the port; name a free one, or 0 for any`, options);
    this.port = port;
  }
  static {
    nameOf(PortInUseError, "PortInUseError");
  }
}

/** Thrown when the model that was asked for by name cannot be had. */
export class ModelUnavailableError extends HoldfastError {
  override readonly code = "DEMO_MODEL_UNAVAILABLE";
  /** The name as it was given. */
  readonly model: string;

  constructor(model: string, found: string, options?: ErrorOptions) {
    super(`loading the model ${JSON.stringify(model)}: ${found}`, options);
    this.model = model;
  }
  static {
    nameOf(ModelUnavailableError, "ModelUnavailableError");
  }
}

/** Thrown when the report cannot be put where it was asked for. */
export class ReportNotWrittenError extends HoldfastError {
  override readonly code = "DEMO_REPORT_NOT_WRITTEN";
  override readonly hint = "name a file in a folder that exists and can be written";
  readonly path: string;

  constructor(path: string, options: { readonly cause: unknown }) {
    const { cause } = options;
    super(`writing the report to ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, options);
    this.path = path;
  }
  static {
    nameOf(ReportNotWrittenError, "ReportNotWrittenError");
  }
}

/** Thrown when the bundled repository cannot be made, or the answer about it lacks what the demo tells. */
export class BundledFixError extends HoldfastError {
  override readonly code = "DEMO_BUNDLED_FIX";
  override readonly hint = "try another git; `git --version` tells which one this is";

  constructor(found: string, options?: ErrorOptions) {
    super(`asking for the fix in the bundled repository: ${found}; try another git`, options);
  }
  static {
    nameOf(BundledFixError, "BundledFixError");
  }
}

/** Puts the name on the prototype, so that errors carry no own `name` key. */
function nameOf(type: { prototype: object }, name: string): void {
  Object.defineProperty(type.prototype, "name", { value: name, configurable: true, writable: true });
}

/** The line of a child's standard error that tells most: Node puts an uncaught error before its stack and version. */
function saying(stderr: string): string {
  const lines = stderr.trim().split("\n");
  const line = lines.find((text) => /^\w*Error\b/.test(text)) ?? lines.at(-1);
  return line ? `; it said: ${line}` : "";
}
