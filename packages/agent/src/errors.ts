/**
 * The errors of this package, by situation. Match on `code`; the texts may improve.
 *
 * @module
 */
import { HoldfastError } from "@holdfast/concurrency";

/** Thrown when the model asks for tools in the last turn that the run may take. They are not run. */
export class TurnLimitError extends HoldfastError {
  override readonly code = "AGENT_TURN_LIMIT";
  override readonly hint = "raise maxTurns, or instruct the model to answer with fewer calls";
  /** How many turns the run was given. */
  readonly maxTurns: number;

  constructor(agent: string, maxTurns: number, tools: readonly string[]) {
    super(
      `turn ${maxTurns} of agent "${agent}" must be an answer, as it is the last, and asks for ${tools.join(", ")}; raise maxTurns`,
    );
    this.maxTurns = maxTurns;
  }
  static {
    nameOf(TurnLimitError, "TurnLimitError");
  }
}

/** Thrown when the model stopped before it was done: its text is cut short, and its tool calls may be. None is run. */
export class IncompleteFinishError extends HoldfastError {
  override readonly code = "AGENT_FINISH_INCOMPLETE";
  /** The provider interface's word for it: `length`, `content-filter`, `error`, `interrupted`, ... */
  readonly finishReason: string;
  /** The text up to there. */
  readonly text: string;

  constructor(model: string, finishReason: string, text: string) {
    super(`model ${model} finished with "${finishReason}", so what it gave is not complete`);
    this.finishReason = finishReason;
    this.text = text;
  }
  static {
    nameOf(IncompleteFinishError, "IncompleteFinishError");
  }
}

/** Thrown when a call of the model failed; `cause` is the provider's error. */
export class ModelCallError extends HoldfastError {
  override readonly code = "AGENT_MODEL_FAILED";

  constructor(model: string, cause: unknown) {
    super(`the call of model ${model} failed`, { cause });
  }
  static {
    nameOf(ModelCallError, "ModelCallError");
  }
}

/** Thrown when a toolset offers a tool under a name that is taken. */
export class ToolNameClashError extends HoldfastError {
  override readonly code = "AGENT_TOOL_CLASH";
  override readonly hint = "give each tool a name of its own, or leave one of the two out";
  /** The name that two tools have. */
  readonly toolName: string;

  constructor(toolName: string, first: string, second: string) {
    super(`two tools are named "${toolName}": one of ${first} and one of ${second}`);
    this.toolName = toolName;
  }
  static {
    nameOf(ToolNameClashError, "ToolNameClashError");
  }
}

/** What is wrong with one place of a tool's input. */
export interface InputIssue {
  /** The place, as keys joined by dots; empty for the input itself. */
  readonly path: string;
  readonly message: string;
}

/** Thrown by a tool whose input does not fit its schema. In a run it becomes a result that the model can mend. */
export class ToolInputError extends HoldfastError {
  override readonly code = "AGENT_TOOL_INPUT";
  readonly issues: readonly InputIssue[];

  constructor(toolName: string, issues: readonly InputIssue[], options?: ErrorOptions) {
    const [first] = issues;
    super(`the input of tool "${toolName}" is not valid${first === undefined ? "" : `: ${textOf(first)}`}`, options);
    this.issues = issues;
  }
  static {
    nameOf(ToolInputError, "ToolInputError");
  }
}

/** Thrown by a tool or toolset of yours to say that its connection failed: the run fails, and no result is made of it. */
export class ToolConnectionError extends HoldfastError {
  override readonly code = "AGENT_TOOL_CONNECTION";

  static {
    nameOf(ToolConnectionError, "ToolConnectionError");
  }
}

/** Thrown by a scripted model that is asked for what its script does not have. */
export class ScriptError extends HoldfastError {
  override readonly code = "AGENT_SCRIPT";

  static {
    nameOf(ScriptError, "ScriptError");
  }
}

/** The codes of this package's errors. */
export type AgentErrorCode =
  | "AGENT_FINISH_INCOMPLETE"
  | "AGENT_MODEL_FAILED"
  | "AGENT_SCRIPT"
  | "AGENT_TOOL_CLASH"
  | "AGENT_TOOL_CONNECTION"
  | "AGENT_TOOL_INPUT"
  | "AGENT_TURN_LIMIT";

function textOf({ path, message }: InputIssue): string {
  return path === "" ? message : `${path}: ${message}`;
}

/** Puts the name on the prototype, so that errors carry no own `name` key and minified builds keep it. */
function nameOf(type: { prototype: object }, name: string): void {
  Object.defineProperty(type.prototype, "name", { value: name, configurable: true, writable: true });
}
