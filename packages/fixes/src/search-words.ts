/**
 * The words of a text, and where a message has them: whatever their case, with or without the endings of English, and
 * inside names that were put together (`CancelScope`, `cancel_scope`).
 *
 * @module
 */

/** What a message has of a text. */
export interface PhraseMatch {
  /** By the place of the word in the text: how often the subject has it. */
  readonly inSubject: Uint16Array;
  readonly inBody: Uint16Array;
  /** The places of words that are followed, in the message as in the text, by the next one. */
  readonly pairs: readonly number[];
  /** All words, in their order and without another between them; never so for a single one. */
  readonly isWhole: boolean;
  readonly isWholeInSubject: boolean;
}

/** A stack trace, given whole, is a text of hundreds of words; the first ones name the error. */
const mostWords = 40;
const wordForm = /\p{L}+|\p{N}+/gu;
const hump = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu;
const ending = /(?:ing|ed|es|(?<!s)s|e)$/;
/** In place of a word of the text: another word, and one that says nothing. */
const absent = -1;
const skipped = -2;
const common = new Set(
  "a an and are as at be been but by can cannot do does for from had has have how if in into is isn it its no not of on or so than that the then there this to was were what when which who why will with you your".split(
    " ",
  ),
);

/** A text to look for. */
export class Phrase {
  /** Its words as they were given, each once; the common ones only where there is no other. */
  readonly words: readonly string[];
  readonly #stems: ReadonlyMap<string, number>;
  readonly #places = new Map<string, number>();
  readonly #some: RegExp;
  /** The places of all kept words in the order of the text, repetitions included. */
  readonly #order: readonly number[];

  constructor(text: string) {
    const given = wordsOf(text);
    const telling = given.filter((word) => !common.has(word.toLowerCase()));
    const kept = (telling.length > 0 ? telling : given).slice(0, mostWords);
    const stems = new Map<string, number>();
    const words: string[] = [];
    for (const word of kept) {
      const stem = stemOf(word);
      if (stems.has(stem)) continue;
      stems.set(stem, words.length);
      words.push(word);
    }
    this.words = words;
    this.#stems = stems;
    this.#order = kept.map((word) => stems.get(stemOf(word)) ?? 0);
    this.#some = new RegExp([...stems.keys()].map((stem) => RegExp.escape(stem)).join("|") || "$^", "i");
  }

  /** What a message has of the text; null when it has no word of it. */
  match(subject: string, body: string): PhraseMatch | null {
    // Most messages have none of the words; to take them all apart would be the larger part of the time.
    if (!this.#some.test(subject) && !this.#some.test(body)) return null;
    const inSubject = new Uint16Array(this.words.length);
    const inBody = new Uint16Array(this.words.length);
    const pairs = new Set<number>();
    const isWholeInSubject = this.#read(subject, inSubject, pairs);
    const isWholeInBody = this.#read(body, inBody, pairs);
    if (!inSubject.some(Boolean) && !inBody.some(Boolean)) return null;
    return { inSubject, inBody, pairs: [...pairs], isWhole: isWholeInSubject || isWholeInBody, isWholeInSubject };
  }

  /** Counts the words of a text, notes which follow each other, and tells whether the whole phrase is in it. */
  #read(text: string, counts: Uint16Array, pairs: Set<number>): boolean {
    if (!this.#some.test(text)) return false;
    const order = this.#order;
    let isWhole = false;
    let before = absent;
    let run = 0;
    for (const word of wordsOf(text)) {
      const place = this.#placeOf(word);
      // Left out of the phrase, so they do not part its words in a message either.
      if (place === skipped) continue;
      if (place !== absent) {
        counts[place] = (counts[place] ?? 0) + 1;
        if (before !== absent && place === before + 1) pairs.add(before);
      }
      run = place === order[run] ? run + 1 : place === order[0] ? 1 : 0;
      if (run === order.length) {
        isWhole = order.length > 1;
        run = 0;
      }
      before = place;
    }
    return isWhole;
  }

  /** Messages say the same few words again and again. */
  #placeOf(word: string): number {
    const known = this.#places.get(word);
    if (known !== undefined) return known;
    const place = this.#stems.get(stemOf(word)) ?? (common.has(word.toLowerCase()) ? skipped : absent);
    this.#places.set(word, place);
    return place;
  }
}

/** A hump or an underscore parts words: `CancelScope` has two. */
function wordsOf(text: string): string[] {
  return text.replaceAll(hump, " ").match(wordForm) ?? [];
}

/** The word without the ending that another form of it has; short words are left as they are. */
function stemOf(word: string): string {
  const lower = word.toLowerCase();
  return lower.length < 5 ? lower : lower.replace(ending, "");
}
