// @ts-check
// Hostile text: the twins of the filters `visible` and `defanged` of the server's pages. Never markup, always nodes.

const HIDDEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
// Letters and figures of all scripts bound a word, as on the server.
const SCHEME = /(?<![\p{L}\p{N}_])(h)(tt)(ps?)(?=:)/giu;
const HOST = /(?<=[0-9A-Za-z\]])\.(?=[0-9A-Za-z[])/gu;

/**
 * `text`, each character that does not show or that turns text around as a mark with its code point.
 * @param {string} text
 * @param {number} [limit] in characters; what is left out is told
 * @returns {DocumentFragment}
 */
export function visible(text, limit = Infinity) {
  const made = document.createDocumentFragment();
  // By code points as the server counts. A text is spread only where it may have to be cut.
  const points = text.length > limit ? [...text] : null;
  const leftOut = points === null ? 0 : Math.max(0, points.length - limit);
  let plain = "";
  for (const character of points === null ? text : points.slice(0, limit)) {
    if (character === " " || !HIDDEN.test(character)) {
      plain += character;
      continue;
    }
    if (plain) made.append(plain);
    plain = "";
    made.append(mark(character));
  }
  if (plain) made.append(plain);
  if (leftOut > 0) {
    const cut = element("span", "cut", `… ${leftOut} more`);
    cut.title = "cut for the page; the whole text is in the JSON";
    made.append(cut);
  }
  return made;
}

/**
 * `text` as `visible`, its URLs, host names and addresses written so that no program takes them for such.
 * @param {string} text
 * @param {number} [limit]
 */
export function defanged(text, limit) {
  return visible(text.replace(SCHEME, "$1xx$3").replace(HOST, "[.]"), limit);
}

/** @param {string} character */
function mark(character) {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const made = element("span", "mark", `U+${code}`);
  made.title = "a character that does not show";
  return made;
}

/**
 * @param {string} name
 * @param {string} [kind] its class
 * @param {string} [text]
 */
export function element(name, kind, text) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (text !== undefined) made.textContent = text;
  return made;
}
