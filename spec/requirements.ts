/**
 * What Holdfast promises, each promise under an id that a test claims with {@link covers}. The promises stand in
 * spec/areas/, a file an area.
 *
 * Data only. docs/semantics.md is generated from it (`npm run docs`), and the architecture tests fail on an id that no test
 * claims and on a claimed id that is not here. An id is never given to another promise: a promise that falls away leaves
 * a gap.
 *
 * @module
 */
import type { Area } from "./area.ts";
import { anyioSynchronization } from "./areas/anyio-synchronization.ts";
import { anyioTaskGroups } from "./areas/anyio-task-groups.ts";
import { anyioTaskGroups2 } from "./areas/anyio-task-groups-2.ts";
import { bridges } from "./areas/bridges.ts";
import { cancelScopes } from "./areas/cancel-scopes.ts";
import { context } from "./areas/context.ts";
import { deadlines } from "./areas/deadlines.ts";
import { events } from "./areas/events.ts";
import { explore } from "./areas/explore.ts";
import { explicitEnterAndExit } from "./areas/explicit-enter-and-exit.ts";
import { gather } from "./areas/gather.ts";
import { instruments } from "./areas/instruments.ts";
import { locks } from "./areas/locks.ts";
import { mcpDoctor } from "./areas/mcp-doctor.ts";
import { mcpTesting } from "./areas/mcp-testing.ts";
import { mcpStdio } from "./areas/mcp-stdio.ts";
import { mcpHttp } from "./areas/mcp-http.ts";
import { mcpCalls } from "./areas/mcp-calls.ts";
import { memoryChannels } from "./areas/memory-channels.ts";
import { miniature } from "./areas/miniature.ts";
import { owners } from "./areas/owners.ts";
import { ownershipTracking } from "./areas/ownership-tracking.ts";
import { peers } from "./areas/peers.ts";
import { promisesWithoutAwait } from "./areas/promises-without-await.ts";
import { reproduce } from "./areas/reproduce.ts";
import { runtimes } from "./areas/runtimes.ts";
import { shields } from "./areas/shields.ts";
import { taskGroups } from "./areas/task-groups.ts";
import { tasks } from "./areas/tasks.ts";
import { testKit } from "./areas/test-kit.ts";
import { anyioExtras } from "./areas/anyio-extras.ts";
import { usingDeclarations } from "./areas/using-declarations.ts";
import { variables } from "./areas/variables.ts";
import { signals } from "./areas/signals.ts";

const list = [
  tasks,
  cancelScopes,
  deadlines,
  signals,
  shields,
  taskGroups,
  gather,
  explicitEnterAndExit,
  usingDeclarations,
  events,
  memoryChannels,
  anyioSynchronization,
  anyioTaskGroups,
  anyioTaskGroups2,
  locks,
  owners,
  runtimes,
  instruments,
  testKit,
  context,
  variables,
  promisesWithoutAwait,
  anyioExtras,
  peers,
  bridges,
  ownershipTracking,
  mcpTesting,
  miniature,
  mcpStdio,
  mcpHttp,
  mcpCalls,
  mcpDoctor,
  explore,
  reproduce,
] as const;

type Promises<A> = A extends { readonly promises: infer P } ? keyof P : never;

/** The id of a promise. */
export type RequirementId = Promises<(typeof list)[number]>;

/** The areas, in the order in which each can be read with nothing but those above it. */
export const areas: readonly Area[] = list;

/** The promises by id. */
export const requirements = Object.fromEntries(
  list.flatMap((area) => Object.entries<string>(area.promises)),
) as Readonly<Record<RequirementId, string>>;
