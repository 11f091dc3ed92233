/**
 * What can be asked of a server, in every revision of the protocol, through the official client of one generation.
 *
 * @module
 */
import {
  type CallToolRequest,
  type CallToolResult,
  type Client,
  type GetPromptResult,
  LOG_LEVEL_META_KEY,
  type Prompt,
  ProtocolError,
  type ReadResourceResult,
  type RequestOptions,
  type Resource,
  type ResourceTemplateType,
  type ServerCapabilities,
  type Tool,
} from "@modelcontextprotocol/client";
import type { CallRecord } from "./call-record.ts";
import { NEVER } from "./client-timeout.ts";
import { McpProtocolError } from "./errors.ts";
import { frozen } from "./frozen.ts";
import { allPages, type Page } from "./listing.ts";
import type { ConnectionSettings } from "./options.ts";
import { OutputSchemas } from "./output-schemas.ts";
import { canBeMirrored, parameterHeaders } from "./parameter-headers.ts";
import type { McpProgress, ProgressReports } from "./progress.ts";
import { type ListedTools, ToolList } from "./tool-list.ts";
import { ToolWatch } from "./tool-watch.ts";

/** What a caller wants with its request. */
export interface RequestWishes {
  readonly onProgress?: ((progress: McpProgress) => void) | undefined;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** A server that finds that headers and arguments differ refuses the call before it runs it. */
const HEADER_MISMATCH = -32_020;

type Params = Record<string, unknown>;

export class ServerRequests {
  readonly #client: Client;
  readonly #settings: ConnectionSettings;
  readonly #progress: ProgressReports;
  readonly #schemas = new OutputSchemas();
  readonly #tools: ToolList;
  readonly #watch: ToolWatch;
  readonly #isModern: boolean;

  /** @param client connected. */
  constructor(client: Client, settings: ConnectionSettings, progress: ProgressReports) {
    this.#client = client;
    this.#settings = settings;
    this.#progress = progress;
    this.#isModern = client.getProtocolEra() === "modern";
    this.#tools = new ToolList((signal) => this.#listTools(signal), settings.toolsTtl);
    this.#watch = new ToolWatch(client, () => this.#tools.drop());
    client.setNotificationHandler("notifications/tools/list_changed", () => this.#tools.drop());
  }

  /** @throws McpProtocolError for a result that does not fit the tool's schema; what the client throws. */
  callTool(
    params: CallToolRequest["params"],
    wishes: RequestWishes,
    record: CallRecord,
    options: RequestOptions,
  ): Promise<CallToolResult> {
    const tool = this.#tools.find(params.name);
    // Nothing to look at before the call or after it.
    if (tool === undefined && !this.#isModern) return this.#call(tool, params, wishes, options);
    return this.#callKnown(tool, params, wishes, record, options);
  }

  async #callKnown(
    known: Tool | undefined,
    params: CallToolRequest["params"],
    wishes: RequestWishes,
    record: CallRecord,
    options: RequestOptions,
  ): Promise<CallToolResult> {
    let tool = known;
    let result: CallToolResult;
    try {
      result = await this.#call(tool, params, wishes, options);
    } catch (error) {
      if (!this.#isModern || !(error instanceof ProtocolError) || error.code !== HEADER_MISMATCH) throw error;
      // Which arguments are to be repeated in headers stands in a list that is newer, or was never asked for.
      const { tools } = await this.#listTools(options.signal);
      tool = tools.find(({ name }) => name === params.name);
      result = await this.#call(tool, params, wishes, options);
    }
    const complaint = tool && this.#settings.validateOutput ? this.#schemas.complaint(tool, result) : undefined;
    if (complaint !== undefined) throw new McpProtocolError(record.attempted, complaint);
    return result;
  }

  #call(
    tool: Tool | undefined,
    params: CallToolRequest["params"],
    wishes: RequestWishes,
    options: RequestOptions,
  ): Promise<CallToolResult> {
    const headers = this.#isModern && tool !== undefined ? parameterHeaders(tool, params.arguments) : undefined;
    const added = headers === undefined ? options : { ...options, headers };
    if (!this.#adds(wishes)) return this.#client.request({ method: "tools/call", params }, added);
    return this.#withAdded(params, wishes, (all) => {
      return this.#client.request({ method: "tools/call", params: all }, added);
    });
  }

  async #withAdded<T>(params: Params, wishes: RequestWishes, send: (params: Params) => Promise<T>): Promise<T> {
    using asked = this.#asked(params, wishes);
    return await send(asked.params);
  }

  /** Whether anything goes with a request besides its parameters. */
  #adds({ onProgress, meta }: RequestWishes): boolean {
    return onProgress !== undefined || meta !== undefined || (this.#isModern && this.#settings.logLevel !== undefined);
  }

  /** The tools as they were listed last; undefined when they never were, or have changed since. */
  get knownTools(): readonly Tool[] | undefined {
    return this.#tools.known;
  }

  /** Forgets the tools, so that they are asked for again. */
  dropTools(): void {
    this.#tools.drop();
  }

  /** @param now the time, by the clock of who asks. */
  listTools(signal: AbortSignal, now: number): Promise<readonly Tool[]> {
    return this.#tools.get(signal, now);
  }

  async listResources(options: RequestOptions): Promise<readonly Resource[]> {
    if (!this.#has("resources")) return frozen([]);
    const pages = await this.#pages("resources/list", options);
    return frozen(pages.flatMap(({ resources }) => resources));
  }

  async listResourceTemplates(options: RequestOptions): Promise<readonly ResourceTemplateType[]> {
    if (!this.#has("resources")) return frozen([]);
    const pages = await this.#pages("resources/templates/list", options);
    return frozen(pages.flatMap(({ resourceTemplates }) => resourceTemplates));
  }

  async listPrompts(options: RequestOptions): Promise<readonly Prompt[]> {
    if (!this.#has("prompts")) return frozen([]);
    const pages = await this.#pages("prompts/list", options);
    return frozen(pages.flatMap(({ prompts }) => prompts));
  }

  /** @throws McpProtocolError where the server has no resources. */
  async readResource(
    uri: string,
    wishes: RequestWishes,
    record: CallRecord,
    options: RequestOptions,
  ): Promise<ReadResourceResult> {
    this.#mustHave("resources", record);
    using asked = this.#asked({ uri }, wishes);
    const params = { uri, ...asked.params };
    return frozen(await this.#client.request({ method: "resources/read", params }, options));
  }

  /** @throws McpProtocolError where the server has no prompts. */
  async getPrompt(
    name: string,
    args: Readonly<Record<string, string>>,
    wishes: RequestWishes,
    record: CallRecord,
    options: RequestOptions,
  ): Promise<GetPromptResult> {
    this.#mustHave("prompts", record);
    using asked = this.#asked({ name, arguments: { ...args } }, wishes);
    const params = { name, ...asked.params };
    return frozen(await this.#client.request({ method: "prompts/get", params }, options));
  }

  #has(capability: keyof ServerCapabilities): boolean {
    return this.#client.getServerCapabilities()?.[capability] !== undefined;
  }

  #mustHave(capability: "prompts" | "resources", record: CallRecord): void {
    if (this.#has(capability)) return;
    throw new McpProtocolError(record.attempted, `the server has no ${capability}`, { mayHaveRun: false });
  }

  async #listTools(signal: AbortSignal | undefined): Promise<ListedTools> {
    if (!this.#has("tools")) return { tools: [] };
    await this.#watch.begin();
    const pages = await this.#pages("tools/list", { timeout: NEVER, ...(signal && { signal }) });
    const [{ ttlMs }] = pages as readonly [Page, ...Page[]];
    const tools = pages.flatMap((page) => page.tools);
    return {
      tools: this.#isModern ? tools.filter(canBeMirrored) : tools,
      ttl: typeof ttlMs === "number" ? Math.max(0, ttlMs) : undefined,
    };
  }

  #pages<M extends "prompts/list" | "resources/list" | "resources/templates/list" | "tools/list">(
    method: M,
    options: RequestOptions,
  ) {
    return allPages(({ cursor }) => {
      using asked = this.#asked(cursor === undefined ? {} : { cursor }, {});
      const params = Object.keys(asked.params).length === 0 ? {} : { params: asked.params };
      return this.#client.request({ method, ...params }, options);
    });
  }

  /** Adds what goes with a request; until it is disposed of, its progress is heard. */
  #asked(params: Params, { onProgress, meta }: RequestWishes): Disposable & { readonly params: Params } {
    const { logLevel } = this.#settings;
    const report = onProgress && this.#progress.register(onProgress);
    const added = {
      ...meta,
      ...(this.#isModern && logLevel !== undefined && { [LOG_LEVEL_META_KEY]: logLevel }),
      ...(report && { progressToken: report.token }),
    };
    return {
      params: Object.keys(added).length === 0 ? params : { ...params, _meta: added },
      [Symbol.dispose]: () => report?.[Symbol.dispose](),
    };
  }
}
