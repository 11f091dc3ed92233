import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, gather, run, RunVar, sleep, taskGroup, TaskLocal } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

const tenant = new TaskLocal<string>("tenant", { default: "nobody" });

test(covers("VA-1"), async () => {
  const seen = await virtually(async () => {
    const inside = await tenant.run("acme", async () => {
      await checkpoint();
      return [tenant.get(), ...(await gather([() => tenant.get(), () => sleep(1).then(() => tenant.get())]))];
    });
    const left = tenant.run("left", () => sleep(1).then(() => tenant.get()));
    const beside = tenant.get();
    return [...inside, await left, beside, tenant.get()];
  });

  expect(seen).toEqual(["acme", "acme", "acme", "left", "nobody", "nobody"]);
  expect(tenant.get()).toBe("nobody");
});

test(covers("VA-2"), async () => {
  const seen: string[] = [];
  const look = async (): Promise<void> => void seen.push(tenant.get());

  await virtually(() =>
    tenant.run("of the group", () =>
      taskGroup(async (group) => {
        group.startSoon(look);
        await tenant.run("of the caller", async () => {
          group.startSoon(look);
          await group.start((status) => {
            status.started();
            return look();
          });
        });
      }),
    ),
  );

  expect(seen).toEqual(["of the group", "of the caller", "of the caller"]);
});

test(covers("VA-3"), async () => {
  const seen = await virtually(() =>
    tenant.run("outer", async () => [
      await tenant.run("inner", () => tenant.get()),
      tenant.get(),
      await thrownBy(() => tenant.run("failing", () => Promise.reject(new Error("failure")))),
      tenant.get(),
    ]),
  );

  expect(seen).toEqual(["inner", "outer", new Error("failure"), "outer"]);
});

test("a value of undefined is a value, and two variables do not hide each other", async () => {
  const other = new TaskLocal<number | undefined>("other", { default: 1 });

  const seen = await tenant.run("acme", () => other.run(undefined, () => [tenant.get(), other.get()]));

  expect(seen).toEqual(["acme", undefined]);
});

test(covers("VA-4"), async () => {
  const bare = new TaskLocal<string>("bare");
  const bareRun = new RunVar<string>("bare");
  const withDefault = new RunVar<string | undefined>("default", { default: undefined });

  const seen = await virtually(async () => [
    await thrownBy(() => bare.get()),
    await thrownBy(() => bareRun.get()),
    withDefault.get(),
  ]);

  expect(seen).toMatchObject([{ code: "VARIABLE_UNSET" }, { code: "VARIABLE_UNSET" }, undefined]);
  expect((seen[0] as Error).message).toBe(
    'reading the task-local variable "bare", which has no value here and no default',
  );
});

test(covers("VA-5"), async () => {
  const requestId = new RunVar<string>("request id", { default: "none" });

  const seen = await virtually(async () => {
    await taskGroup((group) => void group.startSoon(async () => requestId.set("r-1")));
    return [requestId.get(), await run(() => requestId.get())];
  });

  expect(seen).toEqual(["r-1", "none"]);
  expect(await thrownBy(() => requestId.get())).toMatchObject({ code: "NO_TASK" });
  expect(await thrownBy(() => requestId.set("r-2"))).toMatchObject({ code: "NO_TASK" });
});

test(covers("VA-6"), async () => {
  const requestId = new RunVar<string>("request id");
  const other = new RunVar<string>("other");

  const seen = await virtually(async () => {
    const first = requestId.set("first");
    const second = requestId.set("second");
    const wrongVariable = await thrownBy(() => other.reset(second));
    const wrongRun = await run(() => thrownBy(() => requestId.reset(second)));
    requestId.reset(second);
    const before = requestId.get();
    const again = await thrownBy(() => requestId.reset(second));
    requestId.reset(first);
    return [before, wrongVariable, wrongRun, again, await thrownBy(() => requestId.get())];
  });

  expect(seen).toMatchObject([
    "first",
    new TypeError("This token does not belong to this RunVar"),
    new TypeError("This token does not belong to this RunVar"),
    new TypeError("This token has already been used"),
    { code: "VARIABLE_UNSET" },
  ]);
});

test("what is no token is refused as the token of another variable is", async () => {
  const requestId = new RunVar<string>("request id");

  const thrown = await virtually(() =>
    Promise.all([{}, undefined].map((token) => thrownBy(() => requestId.reset(token as never)))),
  );

  const error = new TypeError("This token does not belong to this RunVar");
  expect(thrown).toEqual([error, error]);
});

test("a run variable is found from scopes within scopes of tasks within tasks", async () => {
  const requestId = new RunVar<string>("request id");
  const nest = async (depth: number): Promise<string> => {
    if (depth === 0) return requestId.get();
    return (await new CancelScope().run(() => gather([() => nest(depth - 1)])))?.[0] ?? "none";
  };

  const seen = await virtually(() => {
    requestId.set("r-1");
    return nest(3);
  });

  expect(seen).toBe("r-1");
});
