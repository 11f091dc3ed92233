import { expect, test } from "vitest";
import { disposesCaptured, requireSoundUsing } from "../src/internal/using-probe.ts";
import { covers } from "../../../spec/covers.ts";

test(covers("U-15"), () => {
  expect(disposesCaptured()).toBe(true);
  expect(() => requireSoundUsing()).not.toThrow();
  expect(() => requireSoundUsing(() => false)).toThrow(expect.objectContaining({ code: "NODE_UNSUPPORTED" }));
});
