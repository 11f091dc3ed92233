/**
 * Four calls over a connection that is opened by the first and closed by the last, without tasks.
 *
 * @module
 */

/** @param pause what a call waits for. */
export async function fourCalls(pause: (ms: number) => Promise<void>): Promise<number> {
  const connection = { count: 0, opener: -1, wrong: 0 };
  const call = async (index: number): Promise<void> => {
    if (connection.count++ === 0) connection.opener = index;
    await pause(10 * (index + 1));
    if (--connection.count === 0 && connection.opener !== index) connection.wrong += 1;
  };
  await Promise.all([0, 1, 2, 3].map(call));
  return connection.wrong;
}
