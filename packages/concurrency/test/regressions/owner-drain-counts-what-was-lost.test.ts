import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { Owner, sleep, taskGroup } from "../../src/index.ts";
import { virtually } from "../virtually.ts";

test(covers("OW-32"), async () => {
  const loss = new AbortController();
  const dying = new Owner((own) => own.publish("value", { lost: loss.signal }));
  const closed = new Owner((own) => own.publish("value"));
  const late = new Owner((own) => own.publish("value"));

  const reports = await virtually(() =>
    taskGroup(async (group) => {
      const owners = [dying, closed, late];
      for (const owner of owners) {
        await owner.lease();
        using _back = await owner.lease();
      }
      const lateLease = await late.lease();
      const drains = [dying, closed].map((owner) => group.startSoon(() => owner.drain(1_000)));
      await sleep(1);
      loss.abort();
      await closed.close();
      // What was lost before the drain is none of its business.
      const closing = late.close();
      const report = await late.drain();
      await closing;
      return [await drains[0], await drains[1], report, lateLease.isLost];
    }),
  );

  expect(reports).toEqual([{ drained: false, lost: 1 }, { drained: false, lost: 1 }, { drained: true, lost: 0 }, true]);
});
