/**
 * `holdfast fix`: from a commit to the releases that have it, to a project, to the raise of its floor.
 *
 * @module
 */
import type { Command } from "commander";
import type { Console } from "./console.ts";
import { addFixCheckCommand } from "./fix-check-command.ts";
import { addFixRaiseCommand } from "./fix-raise-command.ts";

export function addFixCommand(program: Command, console: Console, setExitCode: (code: number) => void): void {
  const fix = program
    .command("fix")
    .description("which releases have a fix, is this project affected, and the raise of its floor");
  addFixCheckCommand(fix, console, setExitCode);
  addFixRaiseCommand(fix, console, setExitCode);
}
