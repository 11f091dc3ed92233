import { noOpenWithoutUsing } from "../src/rules/no-open-without-using.ts";
import { type Invalid, inTask, reported, testRule, using } from "./rule-cases.ts";

const unused = (code: string): Invalid => reported(code, "unused");

testRule("no-open-without-using", noOpenWithoutUsing, {
  javascript: {
    valid: [
      inTask`using shield = await openShield(); await step();`,
      inTask`await using shield = await openShield(); await step();`,
      inTask`const shield = await openShield(); using again = shield;`,
      inTask`using stack = new DisposableStack(); stack.use(await openShield());`,
      inTask`const shield = await openShield(); step(shield);`,
      inTask`const shield = await openShield(); shield[Symbol.dispose]();`,
      inTask`return await openShield();`,
      inTask`await new Lock().acquire();`,
      inTask`await sleep(1);`,
      inTask`const { cancel } = await openShield();`,
      inTask`const pending = openShield(); using shield = await pending;`,
      `export async function work() { await openShield(); }`,
    ],
    invalid: [
      unused(inTask`await openShield(); await step();`),
      unused(inTask`await openDeadline(10); await step();`),
      unused(inTask`const shield = await openShield(); await step();`),
      unused(inTask`let limit = await openDeadline(10); limit.cancel();`),
      unused(using`const shield = await openShield();`),
      {
        code: `import * as holdfast from "@holdfast/concurrency"; await holdfast.openDeadline(10);`,
        errors: [{ messageId: "unused", data: { call: "holdfast.openDeadline" } }],
      },
    ],
  },
  typescript: {
    valid: [inTask`using shield: Disposable = (await openShield()) as Disposable; await step();`],
    invalid: [unused(inTask`const shield: Disposable = (await openShield()) as Disposable; await step();`)],
  },
});
