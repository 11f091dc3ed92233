/**
 * Listening for changes of the tools, in the revisions of the protocol that tell them only to who asks for it.
 *
 * @module
 */
import { type Client, ProtocolError, SdkHttpError } from "@modelcontextprotocol/client";
import { NEVER } from "./client-timeout.ts";
import { startDelay } from "./http/delay.ts";

/** How long a list waits until the server has said that it will tell of changes, in milliseconds; most say so at once. */
const PATIENCE = 2_000;

export class ToolWatch {
  readonly #client: Client;
  readonly #onUnsure: () => void;
  #begun: Promise<void> | undefined;

  /** @param onUnsure called when a change may have been missed. */
  constructor(client: Client, onUnsure: () => void) {
    this.#client = client;
    this.#onUnsure = onUnsure;
  }

  /**
   * Listens, unless it does. Resolves when the server tells of changes from now on, or will not, or takes too long.
   *
   * **Cancellation:** none; `PATIENCE` bounds it.
   */
  begin(): Promise<void> {
    if (this.#client.getProtocolEra() !== "modern") return Promise.resolve();
    if (this.#client.getServerCapabilities()?.tools?.listChanged !== true) return Promise.resolve();
    return (this.#begun ??= this.#listen());
  }

  #listen(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isLate = false;
    const stopWaiting = startDelay(PATIENCE, () => {
      isLate = true;
      resolve();
    });
    const listening = this.#client.listen({ toolsListChanged: true }, { timeout: NEVER });
    listening
      .then(
        ({ closed }) => {
          if (isLate) this.#onUnsure();
          // Listened to again when somebody asks for the tools again, so that a stream that always ends costs no more than that.
          void closed.then(() => this.#forget());
        },
        (error: unknown) => {
          // A refusal is not asked for twice.
          if (!(error instanceof ProtocolError) && !(error instanceof SdkHttpError)) this.#forget();
        },
      )
      .finally(() => {
        stopWaiting();
        resolve();
      });
    return promise;
  }

  #forget(): void {
    this.#begun = undefined;
    this.#onUnsure();
  }
}
