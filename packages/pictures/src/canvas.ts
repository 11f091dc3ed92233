/**
 * The sheet a picture is drawn on: text that fits, shapes, and at the end one self-contained `<svg>`.
 *
 * The only place that turns text from outside into markup.
 *
 * @module
 */
import { escapeXml } from "./escape-xml.ts";
import { fitText, oneLine, textWidth, wrapText } from "./text.ts";
import { styleSheet } from "./theme.ts";

/** How a picture is to be drawn. */
export interface PictureOptions {
  /**
   * The width in CSS pixels the picture is laid out for, 280 to 4,000; 880 when absent.
   *
   * The picture shrinks to its container and never grows beyond this width. Up to 480 it is laid out for a phone, with
   * larger text, names above their rows and no column beside them.
   */
  readonly width?: number;
  /**
   * Begins every id and class of the picture: a letter, then letters, digits, `_` or `-`. When absent it is derived from
   * the input, so that equal calls give equal text and different pictures can stand in one page.
   */
  readonly id?: string;
}

/** Shapes that tell series and marks apart without colour. */
export type Shape = "circle" | "square" | "diamond" | "triangle" | "down" | "cross";

/** Where and how a piece of text stands. */
export interface TextStyle {
  /** Cut with an ellipsis beyond this width; the whole text is then in the element's own title. */
  readonly width?: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly bold?: boolean;
  /** Class names of the picture's style sheet, without the id. */
  readonly look?: string;
}

const shapes: Readonly<Record<Exclude<Shape, "circle">, readonly (readonly [number, number])[]>> = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  diamond: [
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ],
  triangle: [
    [0, -1.2],
    [1.15, 0.9],
    [-1.15, 0.9],
  ],
  down: [
    [0, 1.2],
    [1.15, -0.9],
    [-1.15, -0.9],
  ],
  cross: [],
};

const widest = 4_000;
const narrowest = 280;
const phone = 480;

export class Canvas {
  readonly id: string;
  readonly width: number;
  readonly narrow: boolean;
  /** The size of ordinary text. On a phone it stays above 11 px even when a picture for 480 px is shown at 390. */
  readonly font: number;
  readonly padding: number;
  readonly #parts: string[] = [];
  readonly #title: string;

  /** Checks the options, and takes the title and whatever else tells this picture from others for its id. */
  constructor(caller: string, title: string, input: unknown, options: PictureOptions) {
    const { width = 880, id = `hf${hash(`${width}${JSON.stringify(input)}`)}` } = options;
    if (!(width >= narrowest && width <= widest)) {
      throw new RangeError(`${caller}() with width ${width}; give ${narrowest} to ${widest} CSS pixels`);
    }
    if (!/^[A-Za-z][\w-]*$/.test(id)) {
      throw new TypeError(
        `${caller}() with id ${JSON.stringify(id)}; begin with a letter, then letters, digits, _ or -`,
      );
    }
    this.id = id;
    this.width = width;
    this.narrow = width <= phone;
    this.font = this.narrow ? 14 : 12;
    this.padding = this.narrow ? 12 : 16;
    this.#title = title;
  }

  /** The height of a line of ordinary text. */
  get line(): number {
    return this.font + 6;
  }

  get right(): number {
    return this.width - this.padding;
  }

  /** Writes the picture's title at the top and gives the y below it. */
  heading(): number {
    const size = this.font + 3;
    let y = this.padding + size;
    for (const line of wrapText(this.#title, size, this.right - this.padding, 2, true)) {
      this.text(this.padding, y, line, { size, bold: true });
      y += size + 5;
    }
    return y;
  }

  /** The width of ordinary text on this sheet. */
  measure(text: string, bold = false): number {
    return textWidth(oneLine(text), this.font, bold);
  }

  /** The markup of an attribute `class`. */
  look(names: string): string {
    return `class="${names.trim().replace(/\s+/g, " ").replace(/\S+/g, `${this.id}-$&`)}"`;
  }

  /** Writes one line of text with its baseline at `y`. */
  text(x: number, y: number, content: string, style: TextStyle = {}): void {
    const { width = Infinity, anchor = "start", size = this.font, bold = false, look = "" } = style;
    const whole = oneLine(content);
    const shown = fitText(whole, size, width, bold);
    if (shown === "") return;
    const hidden = shown === whole ? "" : `<title>${escapeXml(whole)}</title>`;
    const place = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
    const scaled = size === this.font ? "" : ` font-size="${size}"`;
    this.#parts.push(
      `<text ${this.look(`t ${bold ? "b" : ""} ${look}`)} x="${px(x)}" y="${px(y)}"${place}${scaled}>${escapeXml(shown)}${hidden}</text>`,
    );
  }

  /** Draws a box; `title` is shown by a pointer that rests on it. */
  box(look: string, x: number, y: number, width: number, height: number, round: number, title = ""): void {
    const size = `x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}"`;
    this.#element("rect", look, `${size}${round === 0 ? "" : ` rx="${round}"`}`, title);
  }

  /** Draws a path made of numbers and letters of the caller's own. */
  path(look: string, data: string, title = ""): void {
    this.#element("path", look, `d="${data}"`, title);
  }

  horizontal(look: string, y: number, from: number, to: number): void {
    this.path(look, `M${px(from)} ${px(y)}H${px(to)}`);
  }

  vertical(look: string, x: number, from: number, to: number): void {
    this.path(look, `M${px(x)} ${px(from)}V${px(to)}`);
  }

  /** Draws a shape of about the same area whatever its form. */
  shape(look: string, shape: Shape, x: number, y: number, radius: number, title = ""): void {
    if (shape === "circle") {
      this.#element("circle", look, `cx="${px(x)}" cy="${px(y)}" r="${px(radius)}"`, title);
    } else if (shape === "cross") {
      const [left, top, side] = [px(x - radius), px(y - radius), px(2 * radius)];
      this.path(look, `M${left} ${top}l${side} ${side}m0 -${side}l-${side} ${side}`, title);
    } else {
      const points = shapes[shape].map(([dx, dy]) => `${px(x + dx * radius)} ${px(y + dy * radius)}`);
      this.path(look, `M${points.join("L")}Z`, title);
    }
  }

  /** Lays out keys of a shape and a word from left to right, in as many lines as it takes, and gives the y below. */
  legend(
    y: number,
    entries: readonly { readonly label: string; readonly draw: (x: number, y: number) => void }[],
  ): number {
    const swatch = 22;
    let x = this.padding;
    let baseline = y + this.font;
    for (const { label, draw } of entries) {
      const room = this.right - this.padding - swatch;
      const width = swatch + Math.min(this.measure(label), room);
      if (x > this.padding && x + width > this.right) {
        x = this.padding;
        baseline += this.line;
      }
      draw(x + swatch / 2 - 3, baseline - this.font * 0.36);
      this.text(x + swatch, baseline, label, { look: "soft", width: room });
      x += width + 16;
    }
    return baseline + this.font * 0.5;
  }

  /** The finished picture, `height` pixels high. */
  finish(height: number, description: string, rules: readonly string[]): string {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" class="${this.id}" width="${px(this.width)}" height="${px(height)}" ` +
      `viewBox="0 0 ${px(this.width)} ${px(height)}" role="img" ` +
      `aria-labelledby="${this.id}-title ${this.id}-desc">` +
      `<title id="${this.id}-title">${escapeXml(oneLine(this.#title))}</title>` +
      `<desc id="${this.id}-desc">${escapeXml(oneLine(description))}</desc>` +
      `<style>${styleSheet(this.id, this.font, rules)}.${this.id}-paper{fill:var(--paper)}</style>` +
      `<rect class="${this.id}-paper" width="100%" height="100%" rx="8"/>${this.#parts.join("")}</svg>`
    );
  }

  #element(name: string, look: string, attributes: string, title: string): void {
    const inside = title === "" ? "/>" : `><title>${escapeXml(oneLine(title))}</title></${name}>`;
    this.#parts.push(`<${name} ${this.look(look)} ${attributes}${inside}`);
  }
}

/** A coordinate, to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** FNV-1a over UTF-16 units, in base 36: tells pictures apart, and promises nothing more. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
