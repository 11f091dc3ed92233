/**
 * The commit graph in typed arrays, and the walks over it. Commits are numbers; parents lie in one array, with the
 * place where those of each commit begin in another.
 *
 * @module
 */

/** Commits 0 to count - 1 and their parents. */
export class CommitGraph {
  readonly count: number;
  readonly #starts: Int32Array;
  readonly #parents: Int32Array;
  #children: { readonly starts: Int32Array; readonly list: Int32Array } | undefined;

  /** @param parents of each commit, first parent first; a parent that is not a commit of the graph is left out before */
  constructor(parents: readonly (readonly number[])[]) {
    this.count = parents.length;
    this.#starts = new Int32Array(this.count + 1);
    let total = 0;
    for (const [commit, list] of parents.entries()) {
      this.#starts[commit] = total;
      total += list.length;
    }
    this.#starts[this.count] = total;
    this.#parents = new Int32Array(total);
    let at = 0;
    for (const list of parents) for (const parent of list) this.#parents[at++] = parent;
  }

  /** The parents of a commit, first parent first. */
  parentsOf(commit: number): Int32Array {
    return this.#parents.subarray(this.#starts[commit], this.#starts[commit + 1]);
  }

  /**
   * Gives every commit its first release: the index of the first of `releases` that contains it, or -1. One pass over
   * the graph: each release takes what its history has and no earlier release has taken.
   *
   * @param releases the commits of the releases, in the order of their versions
   */
  firstReleases(releases: readonly number[]): Int32Array {
    const owner = new Int32Array(this.count).fill(-1);
    const stack: number[] = [];
    for (const [release, tip] of releases.entries()) {
      if (owner[tip] !== -1) continue;
      owner[tip] = release;
      stack.push(tip);
      for (let commit = stack.pop(); commit !== undefined; commit = stack.pop()) {
        const end = this.#starts[commit + 1] ?? 0;
        for (let at = this.#starts[commit] ?? 0; at < end; at++) {
          const parent = this.#parents[at] ?? 0;
          if (owner[parent] !== -1) continue;
          owner[parent] = release;
          stack.push(parent);
        }
      }
    }
    return owner;
  }

  /** Marks the commits that contain `commit`: itself and all that descend from it. */
  containing(commit: number): Uint8Array {
    this.#children ??= this.#reverse();
    return mark(this.count, commit, this.#children.starts, this.#children.list);
  }

  /** Marks the commits that `commit` contains: itself and all that it descends from. */
  history(commit: number): Uint8Array {
    return mark(this.count, commit, this.#starts, this.#parents);
  }

  /**
   * How `commit` is reached from `tip`, in git's notation: "" for the tip itself, `~5` five first parents before it,
   * `~2^2` the second parent of a merge. The way with the fewest side steps, and of those the shortest; null when the
   * tip does not contain it.
   */
  path(tip: number, commit: number): string | null {
    const from = new Map<number, { readonly child: number; readonly nth: number } | null>([[tip, null]]);
    for (let level = [tip]; level.length > 0;) {
      const next: { readonly parent: number; readonly child: number; readonly nth: number }[] = [];
      // The level grows while it is walked, by first parents.
      for (const at of level) {
        if (at === commit) return written(from, commit);
        for (const [nth, parent] of this.parentsOf(at).entries()) {
          if (from.has(parent)) continue;
          if (nth === 0) {
            from.set(parent, { child: at, nth });
            level.push(parent);
          } else {
            next.push({ parent, child: at, nth });
          }
        }
      }
      level = [];
      for (const { parent, child, nth } of next) {
        if (from.has(parent)) continue;
        from.set(parent, { child, nth });
        level.push(parent);
      }
    }
    return null;
  }

  /** For each commit the highest rank that it or a commit of its history has; -1 when none has one. */
  highestRank(ranks: ReadonlyMap<number, number>): Int32Array {
    const highest = new Int32Array(this.count).fill(-1);
    const ordered = [...ranks].toSorted((one, other) => other[1] - one[1]);
    this.#children ??= this.#reverse();
    const { starts, list } = this.#children;
    for (const [tip, rank] of ordered) {
      if ((highest[tip] ?? -1) >= 0) continue;
      highest[tip] = rank;
      const stack = [tip];
      for (let commit = stack.pop(); commit !== undefined; commit = stack.pop()) {
        for (let at = starts[commit] ?? 0; at < (starts[commit + 1] ?? 0); at++) {
          const child = list[at] ?? 0;
          if ((highest[child] ?? -1) >= 0) continue;
          highest[child] = rank;
          stack.push(child);
        }
      }
    }
    return highest;
  }

  #reverse(): { readonly starts: Int32Array; readonly list: Int32Array } {
    const starts = new Int32Array(this.count + 2);
    for (const parent of this.#parents) starts[parent + 2] = (starts[parent + 2] ?? 0) + 1;
    for (let at = 2; at < starts.length; at++) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
    const list = new Int32Array(this.#parents.length);
    for (let commit = 0; commit < this.count; commit++) {
      for (const parent of this.parentsOf(commit)) {
        const place = starts[parent + 1] ?? 0;
        list[place] = commit;
        starts[parent + 1] = place + 1;
      }
    }
    return { starts, list };
  }
}

function mark(count: number, start: number, starts: Int32Array, edges: Int32Array): Uint8Array {
  const marked = new Uint8Array(count);
  marked[start] = 1;
  const stack = [start];
  for (let commit = stack.pop(); commit !== undefined; commit = stack.pop()) {
    const end = starts[commit + 1] ?? 0;
    for (let at = starts[commit] ?? 0; at < end; at++) {
      const next = edges[at] ?? 0;
      if (marked[next] === 1) continue;
      marked[next] = 1;
      stack.push(next);
    }
  }
  return marked;
}

function written(
  from: ReadonlyMap<number, { readonly child: number; readonly nth: number } | null>,
  commit: number,
): string {
  let text = "";
  let run = 0;
  for (let step = from.get(commit); step !== undefined && step !== null; step = from.get(step.child)) {
    if (step.nth === 0) {
      run++;
      continue;
    }
    text = `^${step.nth + 1}${run > 0 ? `~${run}` : ""}${text}`;
    run = 0;
  }
  return `${run > 0 ? `~${run}` : ""}${text}`;
}
