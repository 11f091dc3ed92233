/**
 * The commit graph in typed arrays, and the walks over it. Commits are numbers; parents lie in one array, with the
 * place where those of each commit begin in another.
 *
 * @module
 */

/** 64 MB. */
const mostWords = 2 ** 24;

/** Says which of some commits contain which commits. */
export interface Holders {
  /** Whether `tip` is `commit` or descends from it; at once for the tips that were named, by a walk for others. */
  readonly holds: (tip: number, commit: number) => boolean;
}

/** The parents of commits in the form of {@link CommitGraph}. */
export interface Edges {
  /** Where the parents of each commit begin in the list, and the end of the list. */
  readonly starts: Int32Array;
  /** First parent first. */
  readonly list: Int32Array;
}

/** Commits 0 to count - 1 and their parents. */
export class CommitGraph {
  readonly count: number;
  readonly #starts: Int32Array;
  readonly #parents: Int32Array;
  #children: Edges | undefined;
  /** Higher than that of any parent: a commit is never reached from one whose level is not higher. */
  #levels: Float64Array | undefined;
  readonly #committed: Float64Array | undefined;
  #order: Int32Array | undefined;
  /** The walk that saw a commit last: new marks for each would cost more than most walks. */
  #seen: Int32Array | undefined;
  #round = 0;
  #reached: { readonly children: Int32Array; readonly places: Int32Array } | undefined;
  #lastHistory: { readonly commit: number; readonly marks: Uint8Array } | undefined;

  /**
   * @param edges parents that are not commits of the graph are left out before
   * @param committed when each was made, to see early where a walk need not go on; a clock that was wrong does no harm
   */
  constructor(edges: Edges, committed?: Float64Array) {
    this.count = edges.starts.length - 1;
    this.#starts = edges.starts;
    this.#parents = edges.list;
    this.#committed = committed;
  }

  /** The parents of a commit, first parent first. */
  parentsOf(commit: number): Int32Array {
    return this.#parents.subarray(this.#starts[commit], this.#starts[commit + 1]);
  }

  /** The commits that have a commit as a parent. */
  childrenOf(commit: number): Int32Array {
    const { starts, list } = (this.#children ??= this.#reverse());
    return list.subarray(starts[commit], starts[commit + 1]);
  }

  /** Marks the commits that `commit` contains: itself and all that it descends from. */
  history(commit: number): Uint8Array {
    if (this.#lastHistory?.commit !== commit) {
      this.#lastHistory = { commit, marks: mark(this.count, commit, this.#starts, this.#parents) };
    }
    return this.#lastHistory.marks;
  }

  /**
   * How `commit` is reached from `tip`, in git's notation: "" for the tip itself, `~5` five first parents before it,
   * `~2^2` the second parent of a merge. The way with the fewest side steps, and of those the shortest; null when the
   * tip does not contain it.
   */
  path(tip: number, commit: number): string | null {
    const levels = this.#levelled();
    const least = levels[commit] ?? 0;
    const { seen, round } = this.#visit();
    // For each commit that was reached from where, and as which parent.
    this.#reached ??= { children: new Int32Array(this.count), places: new Int32Array(this.count) };
    const { children, places } = this.#reached;
    const reach = (parent: number, child: number, place: number): void => {
      seen[parent] = round;
      children[parent] = child;
      places[parent] = place;
    };
    reach(tip, -1, 0);
    for (let level = [tip]; level.length > 0;) {
      const aside: { readonly parent: number; readonly child: number; readonly place: number }[] = [];
      // The level grows while it is walked, by first parents.
      for (const at of level) {
        if (at === commit) return written(children, places, commit);
        const start = this.#starts[at] ?? 0;
        for (let place = 0; start + place < (this.#starts[at + 1] ?? 0); place++) {
          const parent = this.#parents[start + place] ?? 0;
          if (seen[parent] === round || (parent !== commit && (levels[parent] ?? 0) <= least)) continue;
          if (place > 0) {
            aside.push({ parent, child: at, place });
            continue;
          }
          reach(parent, at, place);
          level.push(parent);
        }
      }
      level = [];
      for (const { parent, child, place } of aside) {
        if (seen[parent] === round) continue;
        reach(parent, child, place);
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

  /** Whether `tip` is `commit` or descends from it. */
  contains(tip: number, commit: number): boolean {
    if (tip === commit) return true;
    const levels = this.#levelled();
    const least = levels[commit] ?? 0;
    if ((levels[tip] ?? 0) <= least) return false;
    const { seen, round } = this.#visit();
    const stack = [tip];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const end = this.#starts[at + 1] ?? 0;
      for (let place = this.#starts[at] ?? 0; place < end; place++) {
        const parent = this.#parents[place] ?? 0;
        if (parent === commit) return true;
        if ((levels[parent] ?? 0) <= least || seen[parent] === round) continue;
        seen[parent] = round;
        stack.push(parent);
      }
    }
    return false;
  }

  /**
   * Which of some commits contain each commit, for all commits in one pass. Where that would take too much memory, each
   * question is a walk.
   */
  holders(tips: readonly number[]): Holders {
    const words = Math.max(1, Math.ceil(tips.length / 32));
    if (this.count * words > mostWords) return { holds: (tip, commit) => this.contains(tip, commit) };
    const bits = new Int32Array(this.count * words);
    const places = new Map<number, number>();
    for (const [at, tip] of tips.entries()) {
      places.set(tip, at);
      const word = tip * words + (at >> 5);
      bits[word] = (bits[word] ?? 0) | (1 << (at & 31));
    }
    for (const commit of this.#ordered()) {
      const end = this.#starts[commit + 1] ?? 0;
      const own = commit * words;
      for (let at = this.#starts[commit] ?? 0; at < end; at++) {
        const parent = (this.#parents[at] ?? 0) * words;
        for (let word = 0; word < words; word++) {
          bits[parent + word] = (bits[parent + word] ?? 0) | (bits[own + word] ?? 0);
        }
      }
    }
    return {
      holds: (tip, commit) => {
        const at = places.get(tip);
        if (at === undefined) return this.contains(tip, commit);
        return (((bits[commit * words + (at >> 5)] ?? 0) >>> (at & 31)) & 1) === 1;
      },
    };
  }

  #visit(): { readonly seen: Int32Array; readonly round: number } {
    this.#seen ??= new Int32Array(this.count);
    return { seen: this.#seen, round: ++this.#round };
  }

  /** All commits, children before their parents. */
  #ordered(): Int32Array {
    if (this.#order !== undefined) return this.#order;
    const waiting = new Int32Array(this.count);
    for (const parent of this.#parents) waiting[parent] = (waiting[parent] ?? 0) + 1;
    const order = new Int32Array(this.count);
    let filled = 0;
    for (let commit = 0; commit < this.count; commit++) if (waiting[commit] === 0) order[filled++] = commit;
    for (let next = 0; next < filled; next++) {
      for (const parent of this.parentsOf(order[next] ?? 0)) {
        waiting[parent] = (waiting[parent] ?? 0) - 1;
        if (waiting[parent] === 0) order[filled++] = parent;
      }
    }
    this.#order = order;
    return order;
  }

  #levelled(): Float64Array {
    if (this.#levels !== undefined) return this.#levels;
    const levels = this.#committed === undefined ? new Float64Array(this.count) : this.#committed.slice();
    const order = this.#ordered();
    for (let at = order.length - 1; at >= 0; at--) {
      const commit = order[at] ?? 0;
      for (const parent of this.parentsOf(commit)) {
        const least = (levels[parent] ?? 0) + 1;
        if ((levels[commit] ?? 0) < least) levels[commit] = least;
      }
    }
    this.#levels = levels;
    return levels;
  }

  #reverse(): Edges {
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

function written(children: Int32Array, places: Int32Array, commit: number): string {
  let text = "";
  let run = 0;
  for (let at = commit; (children[at] ?? -1) !== -1; at = children[at] ?? -1) {
    const place = places[at] ?? 0;
    if (place === 0) {
      run++;
      continue;
    }
    text = `^${place + 1}${run > 0 ? `~${run}` : ""}${text}`;
    run = 0;
  }
  return `${run > 0 ? `~${run}` : ""}${text}`;
}
