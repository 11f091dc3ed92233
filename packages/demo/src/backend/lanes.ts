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
import { listTriageTools } from "./official-client.ts";
import { createOfficialLane } from "./official-lane.ts";
import { createOwnedLane } from "./owned-lane.ts";
import { controlModel, triageModel } from "./scripted-models.ts";

/** How the lanes are set up. */
export interface LanesOptions {
  readonly triageUrl: string;
  readonly seed: number;
  readonly modelMs: number;
  readonly model?: string;
}

const instructions =
  "You are on call for a shop. Look at logs, metrics, deploys and incidents of the service in question, all in one turn, " +
  "then say in two sentences what is wrong and whom to call.";

/** Connects what a lane needs from the start; a triage server that is not there is an error here, not at a request. */
export async function createLanes(options: LanesOptions): Promise<ReadonlyMap<string, Lane>> {
  const { triageUrl } = options;
  const tools = await listTriageTools(triageUrl);
  const owner = tools.filter(({ name }) => name === "who_owns");
  const connections: Record<LaneName, LaneConnection> = {
    counted: createCountedLane(triageUrl, tools),
    official: createOfficialLane(triageUrl, tools),
    owned: await createOwnedLane(triageUrl),
    control: createCountedLane(triageUrl, owner),
  };
  const entries = laneNames.map(async (name) => [name, await createLane(name, connections[name], options)] as const);
  return new Map(await Promise.all(entries));
}

async function createLane(name: LaneName, connection: LaneConnection, options: LanesOptions): Promise<Lane> {
  const model = options.model === undefined ? scripted(name, options) : await loadModel(options.model);
  return new Lane(name, connection, (toolset) => createAgent({ name, model, instructions, toolsets: [toolset] }));
}

function scripted(name: LaneName, { seed, modelMs }: LanesOptions): LanguageModelV4 {
  // The same stream for every lane: they see the same thinking times in the same order.
  const random = createRandom(seed).fork("model");
  return name === "control" ? controlModel(random, modelMs) : triageModel(random, modelMs);
}
