// Stops a script early, with the cure, when it runs on a Node that cannot run this workspace.
// Plain JavaScript on purpose: an old Node must be able to read it.
const floor = [24, 10, 0];
const found = process.versions.node.split(".").map(Number);
const below = floor.findIndex((part, index) => found[index] !== part);

if (below !== -1 && found[below] < floor[below]) {
  console.error(
    `holdfast needs Node ${floor.join(".")} or newer, and this is ${process.versions.node}; ` +
      "run `npm ci` without --omit=optional (it installs a pinned Node), or install a newer Node, then run it through npm",
  );
  process.exit(1);
}
