/**
 * Random programs of a few tasks that meet at the primitives.
 *
 * @module
 */
import * as fc from "fast-check";

/** An operation; `at` says which of several things of its kind, and `steps` what is done under it. */
export interface Op {
  readonly do: (typeof subjects)[keyof typeof subjects][number] | (typeof everywhere)[number];
  readonly at: number;
  readonly steps: readonly Op[];
  /** Whether it begins in a step of its own. Where many share one, what the others touch hides what one fails to tell. */
  readonly isApart: boolean;
}

/** What each of the tasks does. */
export type Program = readonly (readonly Op[])[];

/** The operations by what they are about: a program of all at once would seldom have two that meet. */
const subjects = {
  event: ["set", "wait", "event.set", "event.count"],
  lock: ["lock.nowait", "lock.locked", "lock.statistics", "in.lock", "hold.release", "hold.read"],
  semaphore: [
    "semaphore.acquire",
    "semaphore.nowait",
    "semaphore.release",
    "semaphore.value",
    "semaphore.count",
    "in.semaphore",
    "hold.release",
  ],
  limiter: [
    "limiter.nowait",
    "limiter.behalf",
    "limiter.give",
    "limiter.resize",
    "limiter.total",
    "limiter.out",
    "limiter.free",
    "limiter.statistics",
    "in.limiter",
  ],
  condition: ["notify", "notify.all", "condition", "in.condition", "in.lock", "lock.locked"],
  guard: ["sleep", "in.guard", "hold.release", "hold.read"],
  channel: ["send", "send.nowait", "receive", "receive.nowait", "channel"],
  closing: ["send", "receive", "send.close", "receive.close", "send.clone", "receive.clone"],
  lease: [
    "lease.take",
    "lease.release",
    "lease.value",
    "lease.lost",
    "lease.out",
    "lease.signal",
    "in.lease",
    "owner.statistics",
    "owner.ledger",
    "owner.lose",
  ],
  owner: [
    "owner.open",
    "owner.close",
    "owner.drain",
    "owner.statistics",
    "owner.ledger",
    "in.lease",
    "lease.value",
    "lease.lost",
    "lease.out",
    "lease.signal",
  ],
  task: [
    "task.cancel",
    "task.wait",
    "task.await",
    "task.status",
    "task.pending",
    "task.result",
    "task.error",
    "tasks",
    "in.task",
    "in.started",
    "started.read",
  ],
  group: [
    "group.cancel",
    "fail",
    "in.group",
    "in.started",
    "in.task",
    "task.status",
    "task.pending",
    "task.result",
    "task.error",
  ],
  variable: ["var.get", "var.set", "var.reset"],
  promise: ["resolve", "reject", "await"],
  sequencer: ["sequence"],
  scope: [
    "scope.cancel",
    "scope.shield",
    "scope.lower",
    "scope.deadline",
    "scope.called",
    "scope.caught",
    "scope.source",
    "scope.shielded",
    "scope.signal",
    "scope.limit",
    "scope.relative",
    "scope.until",
    "scope.timeout",
    "in.scope",
    "in.limit",
    "in.open",
  ],
  shield: ["scope.cancel", "scope.shield", "scope.lower", "in.scope", "in.shield", "deadline", "checkpoint.cancelled"],
} as const;
const everywhere = ["sleep", "checkpoint", "both", "task.cancel", "scope.cancel", "in.scope"] as const;
/** What a program is about. */
export type Subject = keyof typeof subjects;

export const subjectNames = Object.keys(subjects) as readonly Subject[];

function opsAbout(chosen: readonly Subject[]): fc.Arbitrary<Op> {
  const kinds: readonly Op["do"][] = [
    ...chosen.flatMap((name) => [...subjects[name], ...subjects[name]]),
    ...everywhere,
  ];
  const nesting = kinds.filter((kind) => isNesting(kind));
  return fc.letrec<{ op: Op }>((tie) => ({
    op: fc.oneof(
      { maxDepth: 3, depthIdentifier: "op" },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constantFrom(...kinds.filter((kind) => !isNesting(kind))),
          at: fc.nat(2),
          steps: fc.constant<readonly Op[]>([]),
          isApart: fc.boolean(),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constantFrom(...nesting),
          at: fc.nat(2),
          steps: fc.array(tie("op"), { minLength: 1, maxLength: 3, size: "max", depthIdentifier: "op" }),
          isApart: fc.boolean(),
        }),
      },
    ),
  })).op;
}

function isNesting(kind: Op["do"]): boolean {
  return kind === "both" || kind.startsWith("in.");
}

/** Programs about one subject, and perhaps another. */
export function programsAbout(subject: Subject): fc.Arbitrary<Program> {
  return fc
    .subarray([...subjectNames], { maxLength: 1 })
    .map((other) => opsAbout([subject, ...other]))
    .chain((op) =>
      fc.array(fc.array(op, { minLength: 1, maxLength: 4, size: "max" }), { minLength: 2, maxLength: 3, size: "max" }),
    );
}
