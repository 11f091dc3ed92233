/**
 * The incident in miniature: four calls share one connection, call i holds it for 10 ms x (i + 1).
 * The counted connection lets the first comer open and the last leaver close; the owned one has a task for both.
 * @module
 */
import { CancelScope, gather, leafErrors, Owner, sleep } from "@holdfast/concurrency";

export interface Connection {
  borrow(): Promise<AsyncDisposable>;
}

export async function toolCall(connection: Connection, index: number, ms: number = 10 * (index + 1)): Promise<string> {
  await using _borrowed = await connection.borrow();
  await sleep(ms);
  return `call ${index} answered after ${ms} ms`;
}

export class CountedConnection implements Connection {
  count = 0;
  scope: CancelScope | undefined;
  opening: Promise<void> | undefined;
  readonly resource: Partial<Record<"open" | "close", () => Promise<void>>>;
  constructor(resource: Partial<Record<"open" | "close", () => Promise<void>>> = {}) {
    this.resource = resource;
  }

  async borrow(): Promise<AsyncDisposable> {
    if (this.count++ === 0) {
      this.scope = new CancelScope({ name: "connection" }).enter();
      this.opening = this.resource.open?.();
    }
    await this.opening;
    return { [Symbol.asyncDispose]: () => this.giveBack() };
  }

  async giveBack(): Promise<void> {
    if (--this.count > 0) return;
    await using _closing = { [Symbol.asyncDispose]: async () => this.resource.close?.() };
    this.scope?.exit(); // refused, unless this is the task that entered it
  }
}

export class OwnedConnection implements Connection {
  readonly owner: Owner<CancelScope> = new Owner(async (own) => {
    const scope = new CancelScope({ name: "connection" }).enter();
    return await own.publish(scope).finally(() => scope.exit()); // parks in between; the same task enters and exits
  });

  async borrow(): Promise<AsyncDisposable> {
    const lease = await this.owner.lease();
    return { [Symbol.asyncDispose]: async () => lease.release() };
  }
}

if (import.meta.main) {
  const fourCalls = (connection: Connection) => gather([0, 1, 2, 3].map((i) => () => toolCall(connection, i)));
  const counted = await fourCalls(new CountedConnection()).catch(leafErrors);
  console.log(`counted: ${String(counted[0])}`);
  console.log(`owned:   ${(await fourCalls(new OwnedConnection())).join("\n         ")}`);
}
