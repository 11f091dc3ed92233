/**
 * What tests ask of a backend.
 *
 * @module
 */

export type Body = NonNullable<RequestInit["body"]>;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Runs an agent with a prompt. */
export function runAgent(url: string, agent: string, prompt: string, signal?: AbortSignal): Promise<Answer> {
  return post(`${url}/agents/${agent}/runs`, JSON.stringify({ prompt }), signal);
}

export async function post(url: string, body: Body, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    ...(body instanceof ReadableStream && { duplex: "half" }),
    ...(signal && { signal }),
  });
  return { status: response.status, body: await response.json() };
}

export async function get(url: string): Promise<Answer> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}
