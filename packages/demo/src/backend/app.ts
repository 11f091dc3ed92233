/**
 * The HTTP face of the backend: one route that runs an agent, one that says that it is there, one for the books.
 *
 * @module
 */
import type { HttpBindings } from "@hono/node-server";
import { isCancelled, run } from "@holdfast/concurrency";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { refuseStranger } from "../local-server.ts";
import { describeFailure } from "./failure-record.ts";
import type { Lane } from "./lane.ts";
import type { RunsInFlight } from "./runs-in-flight.ts";

/** Bytes of a request body, at most: a prompt is a question, not a document. */
const bodyBytes = 64 * 1024;

const requestBody = z.object({ prompt: z.string().min(1) });

type App = Hono<{ Bindings: HttpBindings }>;

/** Builds the application over its lanes, by name. */
export function createApp(lanes: ReadonlyMap<string, Lane>, runs: RunsInFlight): App {
  const app: App = new Hono();
  app.use(async (context, next) => {
    if (refuseStranger(context.req.raw) === undefined) return next();
    return context.json(refusal("NOT_LOCAL", "the backend answers this machine only, under a local name"), 403);
  });
  app.get("/healthz", (context) =>
    context.json({ status: runs.isDraining ? "draining" : "ok", running: runs.size, agents: [...lanes.keys()] }),
  );
  app.get("/failures", (context) => context.json([...lanes.values()].flatMap(({ records }) => records)));
  app.post(
    "/agents/:name/runs",
    bodyLimit({
      maxSize: bodyBytes,
      onError: (context) =>
        context.json(refusal("REQUEST_TOO_LARGE", `the body is larger than ${bodyBytes} bytes`), 413),
    }),
    async (context) => {
      const lane = lanes.get(context.req.param("name"));
      if (lane === undefined) {
        const known = [...lanes.keys()].join(", ");
        return context.json(refusal("AGENT_UNKNOWN", `there is no agent of that name; there are ${known}`), 404);
      }
      const body = requestBody.safeParse(await context.req.json().catch(() => undefined));
      if (!body.success)
        return context.json(refusal("REQUEST_MALFORMED", 'the body is not {"prompt": "some question"} as JSON'), 400);
      if (runs.isDraining) return context.json(refusal("SERVER_DRAINING", "the server is shutting down"), 503);
      const { promise: answered, resolve } = Promise.withResolvers<void>();
      context.env.outgoing.once("close", resolve);
      try {
        const { output, usage, report } = await runs.track((signal) => {
          const ended = AbortSignal.any([signal, context.req.raw.signal]);
          return run(() => lane.run(body.data.prompt), { name: lane.name, signal: ended });
        }, answered);
        return context.json({ output, usage, report });
      } catch (error) {
        const { code, message, errors, leaf } = describeFailure(error);
        return context.json({ error: { code, message, errors } }, isCancelled(leaf) ? 503 : 500);
      }
    },
  );
  app.notFound((context) =>
    context.json(refusal("NOT_FOUND", "there is nothing at this address; POST /agents/:name/runs runs an agent"), 404),
  );
  app.onError((error, context) => context.json(refusal("INTERNAL", error.message), 500));
  return app;
}

function refusal(
  code: string,
  message: string,
): { readonly error: { readonly code: string; readonly message: string; readonly errors: readonly string[] } } {
  return { error: { code, message, errors: [message] } };
}
