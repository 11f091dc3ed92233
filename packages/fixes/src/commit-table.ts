/**
 * The commits of a repository as git printed them: the bytes are kept, and a text is made only of what is asked for. What
 * is compared over all commits (authors, subjects, numbers) is a column of numbers, filled while git is still printing.
 *
 * @module
 */
import { Columns, prefixAt } from "./commit-columns.ts";
import { IntIndex } from "./int-index.ts";
import { isRevertSubject, keyOf, mergeRequest, namedNumbers, ownNumber, plainSubject } from "./messages.ts";

/** The fields that git is to print, each commit ended by NUL. None but the last can hold a line end. */
export const commitFormat = "%H %P%n%ct %at%n%ae%n%s%n%b";

/** One commit, without its place in the graph. */
export interface Commit {
  readonly hash: string;
  /** Seconds since 1970. */
  readonly committed: number;
  /** Seconds since 1970. */
  readonly authored: number;
  readonly email: string;
  readonly subject: string;
  readonly body: string;
}

/** What the commits are found by; each gives their numbers, in the order of the table. */
export interface CommitIndexes {
  /** By the key of the plain subject. */
  readonly subjects: IntIndex;
  /** By `authorKey`. */
  readonly authors: IntIndex;
  /** By the key of the number of the pull request that the commit names as its own. */
  readonly numbers: IntIndex;
  /** By the same key: the commits that name such a number besides their own. */
  readonly otherNumbers: ReadonlyMap<number, readonly number[]>;
  /** Those that say they close the issue of a number. */
  readonly closers: (number: string) => readonly number[];
  /** Those whose body may name a commit that they copy or revert. */
  readonly mentions: readonly number[];
  /** Those whose subject begins as a revert or a re-application does. */
  readonly reverts: readonly number[];
}

/** The number of a commit by its hash. */
export interface CommitNumbers extends Iterable<[string, number]> {
  get(hash: string): number | undefined;
  has(hash: string): boolean;
  /** Those whose hash begins with so many digits, at least seven. */
  startingWith(digits: string): number[];
}

/** Git waits while a block is searched: a larger one would fill the pipe meanwhile. */
const blockSize = 256 * 2 ** 10;
const newline = 10;
const space = 32;
/** A superset of what names another commit, quick to look for in many bytes. */
const mention = /ommit\s+[0-9a-fA-F]{7}|ackport of\s+[0-9a-fA-F]{7}/g;

const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:[\w./:-]*(?:#|\/issues\/))(\d+)\b/gi;

/** Takes what git prints, piece by piece. */
export class CommitTable {
  readonly #blocks: Buffer[] = [];
  readonly #columns = new Columns();
  readonly #mentions: number[] = [];
  readonly #reverts: number[] = [];
  readonly #otherNumbers = new Map<number, number[]>();
  #closers: Map<string, number[]> | undefined;
  #block = Buffer.alloc(blockSize);
  #filled = 0;
  #start = 0;
  #scanned = 0;
  #firstOfBlock = 0;
  #count = 0;
  #width = 40;
  #prefixes: IntIndex | undefined;

  constructor() {
    this.#blocks.push(this.#block);
  }

  /** How many commits there are. */
  get count(): number {
    return this.#count;
  }

  /** Takes a piece of the output, which may end anywhere. */
  add(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#filled === this.#block.length) this.#turn();
      const size = Math.min(bytes.length - at, this.#block.length - this.#filled);
      bytes.copy(this.#block, this.#filled, at, at + size);
      this.#filled += size;
      at += size;
      this.#scan();
    }
  }

  /** Takes the end of the output: `add` may follow with that of another process. */
  end(): void {
    if (this.#start < this.#filled) this.add(Buffer.of(0));
  }

  /** Makes the indexes, once everything has been taken. */
  finish(): { readonly commits: readonly Commit[]; readonly numbers: CommitNumbers; readonly indexes: CommitIndexes } {
    this.#findMentions();
    const { subjectKeys, authorKeys, numberKeys, prefixes } = this.#columns;
    const count = this.#count;
    this.#prefixes = new IntIndex(prefixes.subarray(0, count));
    const commits = Array.from({ length: count }, (_, number) => new TableCommit(this, number));
    return {
      commits,
      numbers: {
        get: (hash) => this.numberOf(hash),
        has: (hash) => this.numberOf(hash) !== undefined,
        startingWith: (digits) => this.#startingWith(digits),
        [Symbol.iterator]: () => commits.entries().map(([number, { hash }]): [string, number] => [hash, number]),
      },
      indexes: {
        subjects: new IntIndex(subjectKeys.subarray(0, count)),
        authors: new IntIndex(authorKeys.subarray(0, count)),
        numbers: new IntIndex(numberKeys.subarray(0, count)),
        otherNumbers: this.#otherNumbers,
        closers: (number) => this.#closing(number),
        mentions: this.#mentions,
        reverts: this.#reverts,
      },
    };
  }

  /** The parents of all commits, in the form that the graph has; what is not in the table is left out. */
  parents(): { readonly starts: Int32Array; readonly list: Int32Array } {
    const { blocks, starts } = this.#columns;
    const width = this.#width;
    const found: number[] = [];
    const begins = new Int32Array(this.#count + 1);
    for (let commit = 0; commit < this.#count; commit++) {
      begins[commit] = found.length;
      const block = this.#blocks[blocks[commit] ?? 0];
      if (block === undefined) continue;
      let at = (starts[commit] ?? 0) + width;
      for (; block[at] === space && (block[at + 1] ?? 0) > space; at += width + 1) {
        const parent = this.#numberAt(block, at + 1);
        if (parent !== -1) found.push(parent);
      }
    }
    begins[this.#count] = found.length;
    return { starts: begins, list: Int32Array.from(found) };
  }

  /** When each commit was made. */
  committed(): Float64Array {
    return this.#columns.committed.subarray(0, this.#count);
  }

  hashAt(number: number): string {
    const start = this.#columns.starts[number] ?? 0;
    return this.#text("latin1", number, start, start + this.#width);
  }

  committedAt(number: number): number {
    return this.#columns.committed[number] ?? 0;
  }

  authoredAt(number: number): number {
    return this.#columns.authored[number] ?? 0;
  }

  emailAt(number: number): string {
    const { emails, subjects } = this.#columns;
    return this.#text("utf8", number, emails[number] ?? 0, (subjects[number] ?? 0) - 1);
  }

  subjectAt(number: number): string {
    const { subjects, bodies } = this.#columns;
    return this.#text("utf8", number, subjects[number] ?? 0, (bodies[number] ?? 0) - 1);
  }

  bodyAt(number: number): string {
    const { bodies, ends } = this.#columns;
    return this.#text("utf8", number, bodies[number] ?? 0, ends[number] ?? 0);
  }

  /** The number of a commit by its whole hash. */
  numberOf(hash: string): number | undefined {
    if (hash.length !== this.#width) return undefined;
    const bytes = Buffer.from(hash, "latin1");
    const number = this.#numberAt(bytes, 0);
    return number === -1 ? undefined : number;
  }

  #text(encoding: "latin1" | "utf8", number: number, start: number, end: number): string {
    return this.#blocks[this.#columns.blocks[number] ?? 0]?.toString(encoding, start, end) ?? "";
  }

  #numberAt(bytes: Buffer, at: number): number {
    const { blocks, starts } = this.#columns;
    const index = this.#prefixes;
    if (index === undefined) return -1;
    const key = prefixAt(bytes, at);
    for (let place = index.first(key); place !== -1; place = index.after(place, key)) {
      const other = this.#blocks[blocks[place] ?? 0];
      const start = starts[place] ?? 0;
      let same = 8;
      while (same < this.#width && other?.[start + same] === bytes[at + same]) same++;
      if (same === this.#width) return place;
    }
    return -1;
  }

  #startingWith(digits: string): number[] {
    // The index knows eight digits; seven may be followed by any.
    const heads = digits.length >= 8 ? [digits.slice(0, 8)] : Array.from("0123456789abcdef", (next) => digits + next);
    const found = heads.flatMap((head) => this.#prefixes?.all(prefixAt(Buffer.from(head, "latin1"), 0)) ?? []);
    return found.filter((number) => this.hashAt(number).startsWith(digits));
  }

  /** Begins a new block with the commit that did not fit whole. */
  #turn(): void {
    this.#findMentions();
    const pending = this.#filled - this.#start;
    const block = Buffer.alloc(Math.max(blockSize, pending * 2));
    this.#block.copy(block, 0, this.#start, this.#filled);
    this.#blocks[this.#blocks.length - 1] = this.#block.subarray(0, this.#start);
    this.#block = block;
    this.#blocks.push(block);
    this.#scanned = this.#filled = pending;
    this.#start = 0;
    this.#firstOfBlock = this.#count;
  }

  #scan(): void {
    const block = this.#block;
    for (;;) {
      const end = block.indexOf(0, this.#scanned);
      if (end === -1 || end >= this.#filled) break;
      this.#take(block, this.#start, end);
      this.#start = this.#scanned = end + 1;
    }
    this.#scanned = this.#filled;
  }

  #take(block: Buffer, start: number, end: number): void {
    const number = this.#count++;
    if (number === this.#columns.starts.length) this.#columns.grow();
    const columns = this.#columns;
    let at = start;
    if (number === 0) {
      while (block[at] !== space) at++;
      this.#width = at - start;
    }
    at = start + this.#width;
    const isMerge = (block[at + 1 + this.#width] ?? 0) === space;
    at = block.indexOf(newline, at) + 1;
    let committed = 0;
    const isLate = block[at] === 0x2d;
    for (let digit = (block[at] ?? 0) - 48; digit >= 0 && digit < 10; digit = (block[++at] ?? 0) - 48) {
      committed = committed * 10 + digit;
    }
    // A date before 1970 has a sign, which the loop above does not pass.
    if (isLate) while (block[at] !== space) at++;
    at++;
    let authored = 0;
    for (let digit = (block[at] ?? 0) - 48; digit >= 0 && digit < 10; digit = (block[++at] ?? 0) - 48) {
      authored = authored * 10 + digit;
    }
    while (block[at] !== newline) at++;
    const email = at + 1;
    let key = authored | 0;
    for (at = email; block[at] !== newline; at++) key = Math.imul(key ^ (block[at] ?? 0), 0x01000193);
    const subject = at + 1;
    let isPlain = true;
    for (at = subject; at < end && block[at] !== newline; at++) if ((block[at] ?? 0) > 127) isPlain = false;
    const body = Math.min(at + 1, end);
    columns.blocks[number] = this.#blocks.length - 1;
    columns.starts[number] = start;
    columns.emails[number] = email;
    columns.subjects[number] = subject;
    columns.bodies[number] = body;
    columns.ends[number] = end;
    columns.committed[number] = committed;
    columns.authored[number] = authored;
    columns.authorKeys[number] = key;
    columns.prefixes[number] = prefixAt(block, start);
    const text = isPlain ? block.toString("latin1", subject, at) : block.toString("utf8", subject, at);
    const plain = plainSubject(text);
    columns.subjectKeys[number] = keyOf(plain);
    if (text.includes("#")) this.#takeNumbers(number, text);
    const named = ownNumber(text) ?? (isMerge ? mergeRequest(block.toString("utf8", body, end)) : null);
    columns.numberKeys[number] = named === null ? 0 : keyOf(named);
    if (/rev|rea|land|add/.test(plain) && isRevertSubject(text)) this.#reverts.push(number);
  }

  #takeNumbers(number: number, subject: string): void {
    const own = ownNumber(subject);
    for (const named of namedNumbers(subject)) {
      if (named === own) continue;
      const list = this.#otherNumbers.get(keyOf(named));
      if (list === undefined) this.#otherNumbers.set(keyOf(named), [number]);
      else list.push(number);
    }
  }

  /** Most queries never ask: the messages are searched when the first does. */
  #closing(issue: string): readonly number[] {
    if (this.#closers === undefined) {
      this.#closers = new Map();
      const { starts, blocks } = this.#columns;
      let number = 0;
      for (const [at, block] of this.#blocks.entries()) {
        const end = block === this.#block ? this.#start : block.length;
        for (const { 1: named = "", index } of block.toString("latin1", 0, end).matchAll(closing)) {
          const isPast = (next: number): boolean =>
            (blocks[next] ?? 0) < at || (blocks[next] === at && (starts[next] ?? 0) <= index);
          while (number + 1 < this.#count && isPast(number + 1)) number++;
          const list = this.#closers.get(named) ?? [];
          if (list.at(-1) !== number) list.push(number);
          this.#closers.set(named, list);
        }
      }
    }
    return this.#closers.get(issue) ?? [];
  }

  /** Of the block that is at its end: one search over many commits. */
  #findMentions(): void {
    const { starts } = this.#columns;
    let number = this.#firstOfBlock;
    for (const { index } of this.#block.toString("latin1", 0, this.#start).matchAll(mention)) {
      while (number + 1 < this.#count && (starts[number + 1] ?? 0) <= index) number++;
      if (this.#mentions.at(-1) !== number) this.#mentions.push(number);
    }
  }
}

/** A commit whose texts are made when they are asked for. */
class TableCommit implements Commit {
  readonly #table: CommitTable;
  readonly #number: number;

  constructor(table: CommitTable, number: number) {
    this.#table = table;
    this.#number = number;
  }

  get hash(): string {
    return this.#table.hashAt(this.#number);
  }

  get committed(): number {
    return this.#table.committedAt(this.#number);
  }

  get authored(): number {
    return this.#table.authoredAt(this.#number);
  }

  get email(): string {
    return this.#table.emailAt(this.#number);
  }

  get subject(): string {
    return this.#table.subjectAt(this.#number);
  }

  get body(): string {
    return this.#table.bodyAt(this.#number);
  }
}
