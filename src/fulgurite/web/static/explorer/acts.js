// @ts-check
// What a line of an event says, by the page's table of kinds: the twin of web/acts.py.

/** @typedef {[string, string]} Part what stands before, and the field that follows */
/** @typedef {{label: string, group: string, action: Part[], object: Part[], result: Part[]}} Act */
/** @typedef {Record<string, any> & {event: string}} NativeEvent */
/** @typedef {{acts: Record<string, Act>, names: Record<string, string>}} Words */

const HIGH_STATUS = 0x80000000;
/** @type {Act} */
const UNKNOWN = { label: "?", group: "other", action: [["", "event"]], object: [], result: [] };

/**
 * The line of a native event.
 * @param {NativeEvent} event
 * @param {Words} words
 */
export function line(event, words) {
  const act = Object.hasOwn(words.acts, event.event) ? words.acts[event.event] : UNKNOWN;
  return {
    procid: event.procid ?? null,
    process: event.procid == null ? "" : process(String(event.procid), words.names),
    time: sinceStart(event.at_ms),
    label: act.label,
    group: act.group,
    action: told(act.action, event, words.names),
    object: told(act.object, event, words.names),
    result: told(act.result, event, words.names),
  };
}

/**
 * All that a native event says, as text.
 * @param {NativeEvent} event
 * @param {Words} words
 * @returns {[string, string][]}
 */
export function fields(event, words) {
  /** @type {[string, string][]} */
  const made = [];
  for (const [name, value] of Object.entries(event)) {
    if (name === "d" && value !== null && typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) made.push([`d.${key}`, text(`d.${key}`, inner, words.names)]);
    } else {
      made.push([name, text(name, value, words.names)]);
    }
  }
  return made;
}

/** @param {string} procid @param {Record<string, string>} names */
function process(procid, names) {
  return names[procid] ? `${procid} · ${names[procid]}` : procid;
}

/** @param {number | bigint | null | undefined} ms */
function sinceStart(ms) {
  return ms == null ? "–" : (Number(ms) / 1000).toFixed(3);
}

/**
 * @param {Part[]} parts
 * @param {NativeEvent} event
 * @param {Record<string, string>} names
 */
function told(parts, event, names) {
  let said = "";
  for (const [before, field] of parts) {
    if (field !== "" && event[field] == null) continue;
    said += said === "" ? before.trimStart() : before;
    if (field !== "") said += text(field, event[field], names);
  }
  return said;
}

/**
 * `value` of a field as one reads it.
 * @param {string} field
 * @param {any} value
 * @param {Record<string, string>} names
 * @returns {string}
 */
function text(field, value, names) {
  if (Array.isArray(value)) return value.map((inner) => text("", inner, names)).join(", ");
  if (typeof value === "bigint" || Number.isInteger(value)) return number(field, value, names);
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? raw(inner) : inner));
}

/** A whole number as JSON, exact where the browser can. @param {bigint} value */
function raw(value) {
  const json = /** @type {any} */ (JSON);
  return json.rawJSON ? json.rawJSON(String(value)) : Number(value);
}

/**
 * @param {string} field
 * @param {number | bigint} value
 * @param {Record<string, string>} names
 */
function number(field, value, names) {
  if (field === "procid" || field === "procid_target") {
    return Object.hasOwn(names, String(value)) ? `${names[String(value)]} (${value})` : `process ${value}`;
  }
  const isCode = field === "address" || (field === "status" && value >= HIGH_STATUS);
  return isCode ? `0x${value.toString(16).toUpperCase()}` : String(value);
}
