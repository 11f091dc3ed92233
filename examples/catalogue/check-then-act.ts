/**
 * Check, then act: what was read before a wait is no longer so after it, and one of two updates is lost. Cure: hold a lock from the
 * reading to the writing, or read again after the wait.
 *
 * @module
 */
import { Lock, sleep } from "@holdfast/concurrency";
import type { Lab } from "@holdfast/explore";

async function withdraw(account: { balance: number }): Promise<void> {
  const { balance } = account;
  await sleep(5);
  account.balance = balance - 30;
}

/** Two tasks withdraw. */
export async function scenario(lab: Lab): Promise<void> {
  const account = lab.shared({ balance: 100 }, "account");
  await lab.all(2, () => withdraw(account));
  if (account.balance !== 40) throw new Error(`an update was lost: the balance is ${account.balance}`);
}

/** One at a time. */
export async function fixed(lab: Lab): Promise<void> {
  const account = lab.shared({ balance: 100 }, "account");
  const lock = new Lock();
  await lab.all(2, () => lock.withLock(() => withdraw(account)));
  if (account.balance !== 40) throw new Error(`an update was lost: the balance is ${account.balance}`);
}
