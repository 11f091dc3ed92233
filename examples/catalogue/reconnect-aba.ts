/**
 * Reconnect, ABA: two calls find the connection broken, and both replace it. The second closes what is in the place now, which
 * is the new connection of the first, under a call. Cure: close what you took, and replace it only while it is still there.
 *
 * @module
 */
import type { Lab } from "@holdfast/explore";

interface Connection {
  readonly id: number;
  state: "broken" | "closed" | "open";
}

async function run(lab: Lab, replace: (place: { current: Connection }, taken: Connection) => void): Promise<void> {
  const broken: Connection = { id: 0, state: "broken" };
  const place = lab.shared({ current: broken }, "place");
  await lab.all(2, async () => {
    const taken = place.current;
    if (taken.state === "broken") {
      await lab.io("say good-bye", () => {});
      replace(place, taken);
    }
    const mine = place.current;
    await lab.io("call", () => {});
    if (mine.state !== "open") throw new Error(`connection ${mine.id} was closed under a call`);
  });
}

/** Each closes what is there when the good-bye is through. */
export function scenario(lab: Lab): Promise<void> {
  return run(lab, (place) => {
    place.current.state = "closed";
    place.current = { id: place.current.id + 1, state: "open" };
  });
}

/** Each closes what it took, and the first replaces it. */
export function fixed(lab: Lab): Promise<void> {
  return run(lab, (place, taken) => {
    taken.state = "closed";
    if (place.current.id === taken.id) place.current = { id: taken.id + 1, state: "open" };
  });
}
