/**
 * The four lanes: the same triage agent over the counted, the official and the owned connection, and the control.
 *
 * @module
 */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { createAgent } from "@holdfast/agent";
import { createRandom } from "../random.ts";
import { type LaneName, laneNames } from "../parameters.ts";
import { createCountedLane } from "./counted-lane.ts";
import { Lane, type LaneConnection } from "./lane.ts";
import { loadModel } from "./load-model.ts";
import { createOfficialLane } from "./official-lane.ts";
import { createOwnedLane } from "./owned-lane.ts";
import { controlModel, triageModel } from "./scripted-models.ts";

/** How the lanes are set up. */
export interface LanesOptions {
  readonly triageUrl: string;
  readonly seed: number;
  readonly modelMs: number;
  readonly model?: string | undefined;
}

const instructions =
  "You are on call for a shop. Look at logs, metrics, deploys and incidents of the service in question, all in one turn, " +
  "then say in two sentences what is wrong and whom to call.";

/**
 * Loads the model and connects what a lane needs from the start: what is not there is an error here, not at a request.
 *
 * @throws {@link ModelUnavailableError}; {@link McpOpenFailedError} and its kin.
 */
export async function createLanes(options: LanesOptions): Promise<ReadonlyMap<string, Lane>> {
  const { triageUrl, model } = options;
  const real = model === undefined ? undefined : await loadModel(model);
  const owned = await createOwnedLane(triageUrl);
  try {
    const tools = await owned.toolset.listTools();
    const connections: Record<LaneName, LaneConnection> = {
      counted: createCountedLane(triageUrl, tools),
      official: createOfficialLane(triageUrl, tools),
      owned,
      control: createCountedLane(
        triageUrl,
        tools.filter(({ name }) => name === "who_owns"),
      ),
    };
    return new Map(
      laneNames.map((name) => [name, createLane(name, connections[name], real ?? scripted(name, options))]),
    );
  } catch (error) {
    await owned.close();
    throw error;
  }
}

function createLane(name: LaneName, connection: LaneConnection, model: LanguageModelV4): Lane {
  return new Lane(name, connection, (toolset) => createAgent({ name, model, instructions, toolsets: [toolset] }));
}

function scripted(name: LaneName, { seed, modelMs }: LanesOptions): LanguageModelV4 {
  // The same stream for every lane: they see the same thinking times in the same order.
  const random = createRandom(seed).fork("model");
  return name === "control" ? controlModel(random, modelMs) : triageModel(random, modelMs);
}
