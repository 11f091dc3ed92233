/**
 * `holdfast fix`: from a commit to the releases that have it, to a project, to the raise of its floor.
 *
 * @module
 */
import type { Command } from "commander";
import type { Console } from "./console.ts";
import { addFixBatchCommand } from "./fix-batch-command.ts";
import { addFixCheckCommand } from "./fix-check-command.ts";
import { addFixFindCommand } from "./fix-find-command.ts";
import { addFixRaiseCommand } from "./fix-raise-command.ts";
import { addFixVerifyCommand } from "./fix-verify-command.ts";

export function addFixCommand(program: Command, console: Console, setExitCode: (code: number) => void): void {
  const fix = program
    .command("fix")
    .description("which releases have a fix, is this project affected, and the raise of its floor");
  addFixFindCommand(fix, console, setExitCode);
  addFixCheckCommand(fix, console, setExitCode);
  addFixRaiseCommand(fix, console, setExitCode);
  addFixVerifyCommand(fix, console, setExitCode);
  addFixBatchCommand(fix, console, setExitCode);
}
