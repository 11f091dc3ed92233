/**
 * One tool call, from the model's words to a result for the model.
 *
 * @module
 */
import type { LanguageModelV4ToolCall, LanguageModelV4ToolResultPart } from "@ai-sdk/provider";
import { CancelScope, leafErrors } from "@holdfast/concurrency";
import type { CatalogueEntry } from "./catalogue.ts";
import { ToolInputError } from "./errors.ts";
import { isFatal } from "./fatal.ts";
import { parseInput, resultOutput } from "./messages.ts";
import type { CallOutcome } from "./report.ts";
import { withGrace } from "./with-grace.ts";

/** How long a call may take, and how long it may go on after it was told to stop, in milliseconds. */
export interface CallLimits {
  readonly timeout: number | null;
  readonly grace: number;
}

/** How a call ended that made a result. */
export interface CallEnd {
  readonly outcome: Exclude<CallOutcome, "failed" | "cancelled">;
  /** What the model is shown. */
  readonly output: LanguageModelV4ToolResultPart["output"];
  /** What went wrong, in words. */
  readonly error?: string;
}

/**
 * Makes a call. Whatever is wrong with the call or the tool becomes a result.
 *
 * **Cancellation:** tells the tool, gives it the grace, then passes through.
 *
 * @throws what {@link isFatal} says of the tool's errors.
 */
export async function callTool(
  call: LanguageModelV4ToolCall,
  entry: CatalogueEntry | undefined,
  limits: CallLimits,
  onAbandoned: () => void,
): Promise<CallEnd> {
  const { toolName, toolCallId } = call;
  if (entry === undefined) {
    return failed("unknown-tool", `there is no tool named "${toolName}"; call one of those that you were given`);
  }
  const { timeout = limits.timeout } = entry;
  const scope = new CancelScope({ timeout, name: `tool ${toolName}` });
  let stopped = "was stopped";
  const giveUp = (): void => {
    stopped = "may still be running";
    onAbandoned();
  };
  try {
    const output = await scope.run(() =>
      withGrace(limits.grace, async (signal) => await entry.call(parseInput(call), { signal, toolCallId }), giveUp),
    );
    if (output === undefined) {
      return failed("timeout", `tool "${toolName}" did not finish within ${timeout} ms, and ${stopped}`);
    }
    const { value, isError } = output;
    return isError ? failed("error", value) : { outcome: "ok", output: resultOutput(value, false) };
  } catch (error) {
    if (isFatal(error)) throw error;
    if (!(error instanceof ToolInputError)) return failed("error", leafErrors(error).map(messageOf).join("; "));
    return failed("invalid-input", { error: error.message, issues: error.issues });
  }
}

/** An error in words. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : error.message;
}

function failed(outcome: Exclude<CallEnd["outcome"], "ok">, value: unknown): CallEnd {
  const output = resultOutput(value, true);
  return { outcome, output, error: typeof value === "string" ? value : JSON.stringify(output.value) };
}
