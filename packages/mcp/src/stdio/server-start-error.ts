/**
 * Why a server could not be started, in words.
 *
 * @module
 */
import { existsSync } from "node:fs";

interface StartedCommand {
  readonly command: string;
  readonly cwd?: string;
}

/** Thrown when the system did not start the command. The message says what was found and what to do; see `cause`. */
export class ServerStartError extends Error {
  override readonly name = "ServerStartError";

  constructor(command: StartedCommand, cause: unknown) {
    super(findingOf(command, (cause as NodeJS.ErrnoException).code), { cause });
  }
}

function findingOf({ command, cwd }: StartedCommand, code: string | undefined): string {
  // The system has one and the same error for either.
  if (code === "ENOENT" && cwd !== undefined && !existsSync(cwd)) {
    return `the working directory ${JSON.stringify(cwd)} does not exist; create it, or give another cwd`;
  }
  const program = JSON.stringify(command);
  if (code === "ENOENT") return `the command ${program} was not found (ENOENT); install it, or give its full path`;
  if (code === "EACCES") {
    return `the command ${program} may not be run (EACCES); make it executable, or run its interpreter with it as an argument`;
  }
  // Without the system's text, which may quote arguments, and those may be secret.
  return `the command ${program} could not be run (${String(code)}); check it, its arguments and the limits of this system`;
}
