/**
 * Keeping secrets out of what is written down: results, reports, errors and tests.
 *
 * @module
 */

/** A URL as it may be shown. */
export interface ShownUrl {
  readonly url: string;
  /** The parameters whose values are left out, each once, in the order in which they come. */
  readonly hidden: readonly string[];
}

/** What stands where a value is left out. */
const leftOut = "HIDDEN";
const secret = /auth|cookie|credential|key|pass|pwd|secret|session|signature|token/i;
/** Names that are secrets only as a whole: others have them in the middle. */
const secretAlone = /^(?:code|jwt|otp|pin|sid|sig)$/i;
/** A parameter of a query, or of a fragment: what it begins with, its name, its value. */
const parameter = /([?&#])([^=?&#]+)=([^&#]*)/g;
const userinfo = /^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i;

/** Whether the value of a header or parameter of that name would give somebody away to whoever reads it. */
export function isSecretName(name: string): boolean {
  return secret.test(name) || secretAlone.test(name);
}

/** A URL without the values of parameters that look like secrets, and without user and password. Placeholders stay. */
export function shownUrl(url: string): ShownUrl {
  const hidden = new Set<string>();
  const shown = url
    .replace(userinfo, "$1")
    .replaceAll(parameter, (whole, before: string, name: string, value: string) => {
      const plain = decoded(name);
      if (value === "" || !isSecretName(plain)) return whole;
      hidden.add(plain);
      return `${before}${name}=${leftOut}`;
    });
  return { url: shown, hidden: [...hidden] };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
