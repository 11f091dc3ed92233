/**
 * What the examples of the guides take as given: a client of some server, which fails its calls once it is closed.
 *
 * @module
 */

/** One connection, shared by all who use the object. */
export class Client {
  #isOpen = false;

  async connect(): Promise<void> {
    this.#isOpen = true;
  }

  async call(): Promise<string> {
    if (!this.#isOpen) throw new Error("Connection closed");
    return "answer";
  }

  async close(): Promise<void> {
    this.#isOpen = false;
  }
}
