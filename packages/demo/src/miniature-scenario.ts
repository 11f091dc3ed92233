/**
 * The miniature for the explorer: four calls over one connection, in every order of their starts and ends.
 *
 * @module
 */
import type { Lab } from "@holdfast/explore";
import { CountedConnection, OwnedConnection, toolCall } from "./miniature.ts";

/** Four calls over the counted connection. */
export async function scenario(lab: Lab): Promise<void> {
  const connection = lab.shared(new CountedConnection(), "connection");
  await lab.all(4, (index) => toolCall(connection, index));
}

/** The same over the owned connection; closing it belongs to the run. */
export async function owned(lab: Lab): Promise<void> {
  // Nothing is shared but the owner, which the explorer watches by itself; without this it would warn that nothing is.
  lab.access(lab, "read");
  const connection = new OwnedConnection();
  await using _owner = connection.owner;
  await lab.all(4, (index) => toolCall(connection, index));
}
