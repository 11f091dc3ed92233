/** An element of a parsed picture. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** The text directly inside it, references resolved. */
  readonly text: string;
}

interface Growing extends Element {
  readonly children: Growing[];
  text: string;
}

const references: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/** Parses the part of XML 1.0 that a picture may use, and throws on everything else, as a strict parser does. */
export function parseXml(source: string): Element {
  // oxlint-disable-next-line no-control-regex -- what XML 1.0 calls a character
  const illegal = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.exec(source);
  if (illegal !== null) throw new Error(`illegal character U+${illegal[0].charCodeAt(0).toString(16)}`);
  const token = /<\/([\w:-]+)>|<([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<>]+)/uy;
  const root: Growing = { name: "#root", attributes: new Map(), children: [], text: "" };
  const open = [root];
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    if (match === null) throw new Error(`not well-formed at ${at}: ${source.slice(at, at + 40)}`);
    const [, closed, opened, attributes = "", empty, text] = match;
    const parent = open.at(-1) ?? root;
    if (closed !== undefined) {
      if (open.pop()?.name !== closed || open.length === 0) throw new Error(`</${closed}> closes another element`);
    } else if (opened === undefined) {
      parent.text += resolve(text ?? "");
    } else {
      const element: Growing = { name: opened, attributes: parseAttributes(attributes), children: [], text: "" };
      parent.children.push(element);
      if (empty === "") open.push(element);
    }
  }
  const [top] = root.children;
  if (open.length !== 1 || top === undefined || root.children.length > 1) throw new Error("not one closed element");
  return top;
}

/** The element and all below it, in document order. */
export function everyElement(element: Element): readonly Element[] {
  return [element, ...element.children.flatMap(everyElement)];
}

/** Those elements of a picture whose class is the picture's id followed by `-look`. */
export function withLook(picture: Element, look: string): readonly Element[] {
  const id = picture.attributes.get("class");
  return everyElement(picture).filter((element) =>
    element.attributes.get("class")?.split(" ").includes(`${id}-${look}`),
  );
}

/** The number in an attribute. */
export function numberOf(element: Element | undefined, attribute: string): number {
  return Number(element?.attributes.get(attribute));
}

/** All visible text, in document order. */
export function visibleText(picture: Element): readonly string[] {
  return everyElement(picture)
    .filter((element) => element.name === "text")
    .map((element) => element.text);
}

function parseAttributes(source: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", value = ""] of source.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (attributes.has(name)) throw new Error(`attribute ${name} twice`);
    attributes.set(name, resolve(value));
  }
  return attributes;
}

function resolve(text: string): string {
  return text.replace(/&[^;]*;?/g, (reference) => {
    const character = references[reference];
    if (character === undefined) throw new Error(`unknown reference ${reference}`);
    return character;
  });
}
