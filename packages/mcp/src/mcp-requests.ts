/**
 * What connections and their leases have in common: the requests that can be made of a server.
 *
 * @module
 */
import type {
  CallToolResult,
  GetPromptResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  Tool,
} from "@modelcontextprotocol/client";
import type { CallRecord } from "./call-record.ts";
import type { McpToolCall } from "./feature-settings.ts";
import type { McpCallOptions } from "./mcp-lease.ts";
import type { ConnectionSettings } from "./options.ts";
import * as requests from "./requests.ts";
import type { McpServerFacts } from "./server-facts.ts";

/** Options of a request that calls no tool. */
export type McpRequestOptions = Omit<McpCallOptions, "toolCallId">;

export abstract class McpRequests {
  readonly name: string;
  readonly #settings: ConnectionSettings;

  constructor(settings: ConnectionSettings) {
    this.name = settings.name;
    this.#settings = settings;
  }

  /** Makes a request, on the generation that it is for. */
  protected abstract perform<T>(record: CallRecord, request: requests.Request<T>, options: McpCallOptions): Promise<T>;

  /**
   * Calls a tool and gives its result, also when that says that the tool failed (`isError`).
   *
   * A call that did not run because its connection was lost, or the server has forgotten the session, is made once more
   * on a new connection. One that may have run is repeated only with `replay: "idempotent"`, and only when the tool, as the
   * server lists it then, says of itself that it is idempotent or only reads. After that no error says that it did not run.
   *
   * **Cancellation:** of the scope or of `options.signal`: the server is told, the answer is dropped, no other call
   * notices.
   *
   * @throws {@link McpCallTimeoutError}, {@link McpProtocolError} (also for a tool that does not exist),
   * {@link McpConnectionLostError}, {@link McpSessionExpiredError}, {@link McpOpenFailedError}, {@link McpClosedError},
   * {@link McpOverloadedError}; the reason of `options.signal`.
   */
  callTool(
    name: string,
    args: Readonly<Record<string, unknown>> = {},
    options: McpCallOptions = {},
  ): Promise<CallToolResult> {
    const { aroundCall } = this.#settings;
    if (aroundCall === undefined) return this.#call(name, args, options.meta, options);
    const { meta = {}, toolCallId } = options;
    const call: McpToolCall = { name, args, meta, ...(toolCallId !== undefined && { toolCallId }) };
    return Promise.try(async () => {
      return await aroundCall(call, (changed) => {
        const made = { ...call, ...changed };
        return this.#call(made.name, made.args, made.meta, options);
      });
    });
  }

  /**
   * Gives the tools that the server has, frozen. One request serves all who ask at the same time, and the answer is
   * kept until the server says that its tools have changed, or the connection is opened anew.
   *
   * **Cancellation:** leaves the others waiting; the request is cancelled when the last of them has left.
   *
   * @throws as `callTool`.
   */
  listTools(options: McpCallOptions = {}): Promise<readonly Tool[]> {
    return this.perform(...requests.toolListing(this.name), options);
  }

  /**
   * Says what the server has said of itself, and which revision of the protocol is spoken with it. Opens the connection
   * where that is needed.
   *
   * **Cancellation:** while it waits for the opening, leaves the others waiting.
   *
   * @throws {@link McpOpenFailedError}, {@link McpClosedError}; the reason of `options.signal`.
   */
  server(options: McpRequestOptions = {}): Promise<McpServerFacts> {
    return this.perform(...requests.facts(this.name), options);
  }

  /**
   * Gives the resources that the server has, all pages of them, frozen; none where it has no such thing.
   *
   * **Cancellation:** of the scope or of `options.signal`: the server is told.
   *
   * @throws as `callTool`.
   */
  listResources(options: McpRequestOptions = {}): Promise<readonly Resource[]> {
    return this.perform(...requests.resourceListing(this.name), options);
  }

  /**
   * Gives the templates of resources that the server has, all pages of them, frozen; none where it has no such thing.
   *
   * **Cancellation:** as `listResources`.
   *
   * @throws as `callTool`.
   */
  listResourceTemplates(options: McpRequestOptions = {}): Promise<readonly ResourceTemplateType[]> {
    return this.perform(...requests.templateListing(this.name), options);
  }

  /**
   * Reads a resource; the result is frozen.
   *
   * **Cancellation:** as `listResources`.
   *
   * @throws as `callTool`; {@link McpProtocolError} also where the server has no resources.
   */
  readResource(uri: string, options: McpRequestOptions = {}): Promise<ReadResourceResult> {
    return this.#checked(options.meta, options, () => requests.resourceReading(this.name, uri, options));
  }

  /**
   * Gives the prompts that the server has, all pages of them, frozen; none where it has no such thing.
   *
   * **Cancellation:** as `listResources`.
   *
   * @throws as `callTool`.
   */
  listPrompts(options: McpRequestOptions = {}): Promise<readonly Prompt[]> {
    return this.perform(...requests.promptListing(this.name), options);
  }

  /**
   * Fills in a prompt; the result is frozen.
   *
   * **Cancellation:** as `listResources`.
   *
   * @throws as `callTool`; {@link McpProtocolError} also where the server has no prompts.
   */
  getPrompt(
    name: string,
    args: Readonly<Record<string, string>> = {},
    options: McpRequestOptions = {},
  ): Promise<GetPromptResult> {
    return this.#checked(options.meta, options, () => requests.promptGetting(this.name, name, args, options));
  }

  #call(
    name: string,
    args: Readonly<Record<string, unknown>>,
    meta: Readonly<Record<string, unknown>> | undefined,
    options: McpCallOptions,
  ): Promise<CallToolResult> {
    const wishes = { onProgress: options.onProgress, meta };
    return this.#checked(meta, options, () => requests.toolCall(this.name, name, args, wishes));
  }

  /** Makes a request that takes metadata. */
  #checked<T>(
    meta: Readonly<Record<string, unknown>> | undefined,
    options: McpCallOptions,
    request: () => [CallRecord, requests.Request<T>],
  ): Promise<T> {
    const taken = meta === undefined ? undefined : Object.keys(meta).find(isTaken);
    if (taken === undefined) return this.perform(...request(), options);
    return Promise.reject(
      new TypeError(`meta must not have ${JSON.stringify(taken)}, which the protocol has for itself`),
    );
  }
}

/** Whether a key of `_meta` is not the caller's: https://modelcontextprotocol.io/specification/2026-07-28/basic#meta. */
function isTaken(key: string): boolean {
  return key === "progressToken" || key.startsWith("io.modelcontextprotocol/");
}
