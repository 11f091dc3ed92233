/**
 * What a file of spec/areas/ holds: one subject of docs/semantics.md.
 *
 * @module
 */

/** A heading of docs/semantics.md with its promises. */
export interface Area {
  /** What the ids of its promises begin with. */
  readonly letters: string;
  readonly title: string;
  /** The words that its promises use. */
  readonly terms: string;
  /** Each promise by its id: the area's letters and a number. An id is never given to another promise. */
  readonly promises: Readonly<Record<string, string>>;
  /** Behaviour of the model that does not exist here, by its id, each with the reason. */
  readonly absent?: Readonly<Record<string, string>>;
}
