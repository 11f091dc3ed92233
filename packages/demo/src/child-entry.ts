/**
 * What runs inside a child process of the demo: start the service, say that it is ready, end when asked or orphaned.
 *
 * @module
 */

/** What a child process sends to its parent, once. */
export interface ReadyMessage {
  readonly ready: unknown;
}

/** What a child process runs. */
export interface ChildService {
  /** Sent to the parent as JSON. */
  readonly ready: unknown;
  /** Printed instead when the process was started by hand. */
  readonly banner: string;
  /** Called once, when the process is to end. */
  close(): Promise<void>;
}

/**
 * Runs a service as the whole purpose of this process; its argument is the first of the command line, as JSON.
 *
 * The service is closed, and the process ends with 0, on SIGTERM and when the parent goes away, however it goes: the
 * channel to a killed parent breaks. Ctrl-C reaches every process of the terminal, so a child leaves it to its parent.
 * A failure to start is one line on standard error and exit code 1. A service that is not closed after `closeMs` (default
 * 2000) is left behind, with exit code 1.
 *
 * **Cancellation:** none; it ends the process.
 */
export async function runChildEntry(
  start: (argument: unknown) => Promise<ChildService>,
  closeMs = 2_000,
): Promise<void> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const hasParent = process.send !== undefined;
  process.once("disconnect", stop);
  process.on("SIGTERM", stop);
  process.on("SIGINT", hasParent ? () => {} : stop);
  // A parent that died while the modules were loading broke the channel before anyone listened.
  if (hasParent && !process.connected) stop();

  const service = await Promise.race([startOrExit(start), stopped]);
  // Asked to end before it was ready: there is nothing to close but the process.
  if (service === undefined) process.exit(0);
  if (hasParent) {
    const message: ReadyMessage = { ready: service.ready };
    // The callback takes the error of a channel that is broken by now; "disconnect" has told us already.
    process.send?.(message, undefined, undefined, () => {});
  } else {
    process.stdout.write(`${service.banner}\n`);
  }
  await stopped;
  setTimeout(() => process.exit(1), closeMs);
  await service.close();
  process.exit(0);
}

async function startOrExit(start: (argument: unknown) => Promise<ChildService>): Promise<ChildService> {
  try {
    return await start(JSON.parse(process.argv[2] ?? "{}"));
  } catch (error) {
    const line = error instanceof Error ? error.message : String(error);
    await new Promise((resolve) => process.stderr.write(`${line}\n`, resolve));
    return process.exit(1);
  }
}
