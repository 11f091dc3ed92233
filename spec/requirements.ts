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
import { cancelScopes } from "./areas/cancel-scopes.ts";
import { context } from "./areas/context.ts";
import { deadlines } from "./areas/deadlines.ts";
import { events } from "./areas/events.ts";
import { explicitEnterAndExit } from "./areas/explicit-enter-and-exit.ts";
import { gather } from "./areas/gather.ts";
import { miniature } from "./areas/miniature.ts";
import { owners } from "./areas/owners.ts";
import { promisesWithoutAwait } from "./areas/promises-without-await.ts";
import { runtimes } from "./areas/runtimes.ts";
import { shields } from "./areas/shields.ts";
import { taskGroups } from "./areas/task-groups.ts";
import { tasks } from "./areas/tasks.ts";

const list = [
  tasks,
  cancelScopes,
  deadlines,
  shields,
  taskGroups,
  gather,
  explicitEnterAndExit,
  events,
  owners,
  runtimes,
  context,
  promisesWithoutAwait,
  miniature,
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
