/**
 * What the demo's two servers share: they listen on this machine only, and say in one line what is wrong with an option.
 *
 * @module
 */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from "@modelcontextprotocol/server";
import type { z } from "zod";
import { PortInUseError } from "./errors.ts";

/**
 * Listens on 127.0.0.1 and gives the origin, `http://127.0.0.1:<port>`; port 0 is any that is free.
 *
 * **Cancellation:** none; it waits for nothing outside this process.
 *
 * @throws {@link PortInUseError} when the port is taken.
 */
export async function listenLocally(server: Server, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  try {
    await promise;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? new PortInUseError(port, { cause: error }) : error;
  } finally {
    server.off("error", reject);
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * The answer to a request that was not made by this machine; undefined for one that was.
 *
 * A page in a browser can name any host that resolves to this machine; only local names are served.
 */
export function refuseStranger(request: Request): Response | undefined {
  return (
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins())
  );
}

/**
 * Reads the options of `what`, `the triage server`, by their schema.
 *
 * @throws RangeError that names every option that is wrong.
 */
export function readOptions<S extends z.ZodType>(what: string, schema: S, options: unknown): z.output<S> {
  const read = schema.safeParse(options);
  if (read.success) return read.data;
  const found = read.error.issues.map(({ path, message }) => `${path.join(".") || "options"}: ${message}`);
  throw new RangeError(`options of ${what}: ${found.join("; ")}`);
}
