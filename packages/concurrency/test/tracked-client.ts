/**
 * A client of a kind that the tests of ownership tracking wrap, and what they read from its reports.
 *
 * @module
 */
import { ownershipReports, type OwnershipOptions, trackOwnership } from "../src/testing/index.ts";

/** Lets the event loop turn so many times. */
export async function turns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Has private fields, a getter, and methods that take a turn of the event loop or more. */
export class TestClient {
  name = "test";
  isClosing = false;
  #isOpen = false;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen;
  }

  async connect(error?: Error): Promise<this> {
    await turns();
    if (error !== undefined) throw error;
    this.#isOpen = true;
    return this;
  }

  async call(count = 1, error?: Error): Promise<boolean> {
    await turns(count);
    if (error !== undefined) throw error;
    return this.#isOpen;
  }

  describe(): string {
    return `${this.name}: ${String(this.#isOpen)}`;
  }

  async close(error?: Error): Promise<void> {
    await turns();
    if (error !== undefined) throw error;
    this.#isOpen = false;
  }

  closeNow(): void {
    this.#isOpen = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export function trackedClient(options: Partial<OwnershipOptions<TestClient>> = {}): TestClient {
  return trackOwnership(new TestClient(), {
    open: ["connect"],
    close: ["close", "closeNow"],
    use: ["call"],
    ...options,
  });
}

/** The kinds of the reports, in order. */
export function offences(client: object): readonly string[] {
  return ownershipReports(client).map(({ kind }) => kind);
}
