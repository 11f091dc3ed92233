import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { expect, expectTypeOf, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, failAfter, iterate, moveOnAfter, run, sleep } from "../src/index.ts";
import { Numbers, read, stream } from "./number-sources.ts";
import { drained, thrownBy, virtually } from "./virtually.ts";

test(covers("BR-4"), async () => {
  const ended = ReadableStream.from([1, 2]);
  const broken = new ReadableStream<number>({ start: (controller) => controller.error(new Error("failure")) });
  const left = stream(2, []);
  const stuck = stream(2, []);

  await virtually(async () => {
    await read(ended);
    await thrownBy(() => read(broken));
    for await (const _ of iterate(left)) break;
    await moveOnAfter(5, () => read(stuck));
  });

  expect([ended, broken, left, stuck].map(({ locked }) => locked)).toEqual([false, false, false, false]);
  await expect(left.getReader().read()).resolves.toMatchObject({ done: true });
});

test("a stream that somebody else reads is refused and left alone", async () => {
  const told: unknown[] = [];
  const source = stream(2, told);
  const reader = source.getReader();

  const thrown = await virtually(() => thrownBy(() => read(source)));

  expect(thrown).toBeInstanceOf(TypeError);
  expect(told).toEqual([]);
  await expect(reader.read()).resolves.toEqual({ done: false, value: 1 });
});

test(covers("BR-8"), async () => {
  const stuck = new PassThrough();
  stuck.write("first");
  const left = new PassThrough();
  left.write("first");
  const ended = new PassThrough();
  ended.end("first");
  const refused = new PassThrough();
  const streams = [stuck, left, ended, refused];
  const scope = new CancelScope();

  const reading = scope.run(() => read<Buffer>(stuck));
  await drained();
  scope.cancel();
  await reading;
  await new CancelScope().run((cancelled) => {
    cancelled.cancel();
    return read<Buffer>(refused);
  });
  await run(async () => {
    for await (const _ of iterate<Buffer>(left)) break;
    await read<Buffer>(ended);
  });
  await drained();

  expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true, true, true]);
});

test("a generator that waits in the library is cancelled where it waits, and a scope of its own is not the loop's", async () => {
  const log: unknown[] = [];
  async function* source(): AsyncGenerator<number> {
    try {
      await moveOnAfter(3, () => sleep(50));
      yield 1;
      await sleep(50);
    } finally {
      log.push("unwound");
    }
  }

  await virtually(async (runtime) => {
    await moveOnAfter(20, async () => {
      for await (const item of iterate(source())) {
        await sleep(10);
        log.push(`${item} at ${runtime.now()}`);
      }
    });
    log.push(runtime.now());
    await sleep(1);
  });

  expect(log).toEqual(["1 at 13", 20, "unwound"]);
});

test(
  "the body of a real response is read, and the connection closed when the loop is cancelled",
  { timeout: 15_000 },
  async () => {
    const responses: ServerResponse[] = [];
    await using server = createServer((_request, response) => {
      responses.push(response);
      response.write("first");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const chunks: string[] = [];

    const value = await run(async () => {
      const { port } = server.address() as AddressInfo;
      const { body } = await fetch(`http://127.0.0.1:${port}/`);
      if (body === null) throw new Error("the response has no body");
      const scope = new CancelScope();
      await scope.run(async () => {
        for await (const chunk of iterate(body)) {
          chunks.push(new TextDecoder().decode(chunk));
          // The next chunk never comes.
          setImmediate(() => scope.cancel());
        }
      });
      const [response] = responses;
      if (response !== undefined && !response.closed) await failAfter(10_000, () => once(response, "close"));
      return { locked: body.locked, caught: scope.cancelledCaught, closed: response?.closed };
    });

    expect(chunks).toEqual(["first"]);
    expect(value).toEqual({ locked: false, caught: true, closed: true });
  },
);

test("refuses what is no source, and a time-out that is none", async () => {
  const sources = [null, {}, [1, 2]];

  const thrown = await Promise.all([
    ...sources.map((source) => thrownBy(() => iterate(source as never))),
    thrownBy(() => iterate(new Numbers(1), { closeTimeout: -1 })),
    thrownBy(() => iterate(new Numbers(1), { closeTimeout: Number.NaN })),
  ]);

  const neither = "iterate() takes an async iterable or a web ReadableStream, and this is neither";
  expect(thrown.map((error) => (error as Error).message)).toEqual([
    ...Array<string>(3).fill(neither),
    "closeTimeout is a number of milliseconds from 0 up, and -1 is not",
    "closeTimeout is a number of milliseconds from 0 up, and NaN is not",
  ]);
});

test("the items have the type of the source's", () => {
  expectTypeOf(iterate(ReadableStream.from(["a"]))).toEqualTypeOf<AsyncIterable<string>>();
  expectTypeOf(iterate(new Response("").body as ReadableStream<Uint8Array>)).toEqualTypeOf<AsyncIterable<Uint8Array>>();
  expectTypeOf(iterate(new Numbers(1))).toEqualTypeOf<AsyncIterable<number>>();
});
