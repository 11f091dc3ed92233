import { Agent } from "undici";
import { expect, test } from "vitest";
import { openMcpConnection } from "../../src/index.ts";
import { HttpTransport } from "../../src/http/http-transport.ts";

const url = "http://127.0.0.1/mcp";

test.each([
  [{ sockets: 0 }, RangeError, "sockets is a whole number from 1 up, and 0 is not"],
  [{ sockets: 1.5 }, RangeError, "sockets is a whole number from 1 up, and 1.5 is not"],
  [{ limits: { body: -1 } }, RangeError, "limits.body is a whole number from 1 up, and -1 is not"],
  [{ limits: { bodies: 1 } }, TypeError, 'limits has no "bodies"; it has header, event and body'],
  [{ dispatcher: {} }, TypeError, "dispatcher is a dispatcher of undici"],
  [{ dispatcher: new Agent(), tls: {} }, TypeError, "tls is for sockets of the connection's own"],
])("refuses %o", async (options, type, message) => {
  const opening = openMcpConnection({ url, lazy: true, ...(options as object) });

  await expect(opening).rejects.toThrow(type);
  await expect(opening).rejects.toThrow(message);
});

test("a limit that is absent is the default", async () => {
  const limits = { header: undefined, body: 1_000 } as object;

  await using connection = await openMcpConnection({ url, lazy: true, limits });

  expect(connection.name).toBe(url);
});

test("a transport is started once", async () => {
  const transport = new HttpTransport(new URL(url));
  await transport.start();

  await expect(transport.start()).rejects.toThrow("starting a transport twice; make a new one");
  await transport.close();
});
