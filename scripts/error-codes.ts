/**
 * Reads the errors of a package out of its source: the codes of the union in `errors.ts`, and for each the class that
 * has it with what its doc comment says. The union is what callers match on, so it must name every code and no other.
 *
 * Read as text: TypeScript 7 has no compiler interface to ask.
 *
 * @module
 */

/** A row of docs/errors.md. */
export interface ErrorCode {
  readonly code: string;
  readonly package: string;
  /** The class that carries the code; a class with several codes stands in several rows. */
  readonly class: string;
  readonly meaning: string;
  /** What to do about it; empty where the message of the error says all there is to say. */
  readonly cure: string;
}

interface ErrorClass {
  readonly name: string;
  readonly doc: string;
  /** Absent for a class that is given its code when it is made. */
  readonly code: string | undefined;
  readonly hint: string | undefined;
}

const docComment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*/.source;
const codeUnion = new RegExp(`${docComment}export type \\w+ErrorCode =([^;]+);`);
const errorClass = new RegExp(`${docComment}export class (\\w+)[^{]*extends \\w+[^{]*\\{([\\s\\S]*?)\\n\\}`, "g");
const codeField = /^ {2}(?:override )?readonly code\b(?:[^=;]*=\s*"([A-Z0-9_]+)")?/m;
const hintField = /^ {2}(?:override )?readonly hint\b[^=;]*=\s*"((?:[^"\\]|\\.)*)"/m;

/**
 * Reads the codes of one package.
 *
 * @param sources the text of each file of its `src`, `errors.ts` among them
 * @throws Error when a class has a code that the union lacks, or the union one that neither a class nor a `CODE: meaning`
 * line of its own doc comment explains
 */
export function errorCodes(packageName: string, sources: readonly string[]): ErrorCode[] {
  const classes = sources.flatMap(classesOf);
  const union = sources.map((source) => codeUnion.exec(source)).find((match) => match !== null);
  const codes = [...(union?.[2] ?? "").matchAll(/"([A-Z0-9_]+)"/g)].map((match) => match[1] ?? "");
  const unlisted = classes.find(({ code }) => code !== undefined && !codes.includes(code));
  if (unlisted !== undefined) {
    throw new Error(
      `${packageName}: ${unlisted.name} has the code ${unlisted.code}, which the union of codes lacks; add it`,
    );
  }
  return codes.map((code) => row(packageName, code, classes, union?.[1] ?? ""));
}

function row(packageName: string, code: string, classes: readonly ErrorClass[], unionDoc: string): ErrorCode {
  const own = classes.find((candidate) => candidate.code === code);
  const listed = new RegExp(`^ *\\* - \`${code}\`:? ([\\s\\S]*?)(?=^ *\\*? *(?:- |$))`, "m").exec(unionDoc)?.[1];
  if (own === undefined && listed === undefined) {
    throw new Error(
      `${packageName}: nothing explains ${code}; give it a class, or a line "- \`${code}\`: ..." in the union's comment`,
    );
  }
  const shared = classes.filter((candidate) => candidate.code === undefined).map(({ name }) => name);
  const [summary = "", advice = ""] = paragraphs(own?.doc ?? "");
  return {
    code,
    package: packageName,
    class: own?.name ?? shared.join(", "),
    meaning: own === undefined ? sentence(paragraphs(listed ?? "")[0] ?? "") : firstSentence(summary),
    cure: sentence(own?.hint ?? advice),
  };
}

function classesOf(source: string): ErrorClass[] {
  return [...source.matchAll(errorClass)].flatMap(([, doc = "", name = "", body = ""]) => {
    const code = codeField.exec(body);
    return code === null ? [] : [{ name, doc, code: code[1], hint: hintField.exec(body)?.[1]?.replaceAll('\\"', '"') }];
  });
}

/** The paragraphs of a doc comment before its first tag, each on one line, links as code. */
function paragraphs(doc: string): string[] {
  return doc
    .replaceAll(/^ *\* ?/gm, "")
    .split(/^@/m, 1)[0]!
    .replaceAll(/\{@link (\w+)[^}]*\}/g, "`$1`")
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
}

function firstSentence(paragraph: string): string {
  return /^.*?[.!?](?= |$)/.exec(paragraph)?.[0] ?? sentence(paragraph);
}

function sentence(text: string): string {
  if (text === "") return "";
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
