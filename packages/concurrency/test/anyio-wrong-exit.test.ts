import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, type ExceptionGroup, type HoldfastError, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AG-90"), async () => {
  const scopes = [new CancelScope(), new CancelScope()] as const;
  const log: string[] = [];

  const thrown = await virtually(async () => {
    for (const scope of scopes) scope.enter();
    const error = await thrownBy(() => scopes[0].exit());
    scopes[1].exit();
    scopes[0].exit();
    for (const scope of scopes) scope.cancel();
    await checkpoint();
    log.push("both are left");
    return error;
  });

  expect(thrown).toMatchObject({
    code: "SCOPE_NOT_CURRENT",
    message: "Attempted to exit a cancel scope that isn't the current task's current cancel scope",
  });
  expect(log).toEqual(["both are left"]);
});

test(covers("AG-91"), async () => {
  const inTask = await virtually(() => thrownBy(() => new CancelScope().exit()));
  const outside = await thrownBy(() => new CancelScope().exit());

  for (const error of [inTask, outside]) {
    expect(error).toMatchObject({ code: "SCOPE_NOT_ACTIVE", message: "This cancel scope is not active" });
  }
});

test(covers("AG-92"), async () => {
  const scope = new CancelScope();

  const thrown = await virtually(async () => {
    await taskGroup((group) => void group.startSoon(() => void scope.enter()));
    return await thrownBy(() => taskGroup((group) => void group.startSoon(() => scope.exit())));
  });

  expect((thrown as ExceptionGroup).errors).toMatchObject([
    {
      code: "SCOPE_WRONG_TASK",
      message: "Attempted to exit cancel scope in a different task than it was entered in",
    },
  ]);
});

test(covers("AG-106"), async () => {
  const groups: CancelScope[] = [];

  const errors = await virtually(async () => {
    const within = await taskGroup((group) => {
      groups.push(group.scope);
      return Promise.all([thrownBy(() => group.scope.run(() => {})), thrownBy(() => group.scope.enter())]);
    });
    return [...within, await thrownBy(() => groups[0]?.run(() => {})), await thrownBy(() => groups[0]?.enter())];
  });

  expect(errors.map((error) => (error as HoldfastError).code)).toEqual(Array(4).fill("SCOPE_USED"));
});
