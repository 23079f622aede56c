// What a modal's fields start with and what they accept.

export const FIELD = { SELECT: 3, TEXT: 4, FILES: 19, RADIO: 21, CHECKS: 22, CHECK: 23 };
const KNOWN = new Set(Object.values(FIELD));

/** The fields of a modal in order, taken out of their labels and rows. */
export function fieldsOf(components) {
  return components.flatMap((part) => part.component ?? part.components ?? []).filter(({ type }) => KNOWN.has(type));
}

/** A text, a boolean, a radio's value or null, or a list of values or of files. */
export function presetOf({ type, value, options, default: preset }) {
  const chosen = (options ?? []).filter((option) => option.default).map((option) => option.value);
  if (type === FIELD.TEXT) return value ?? "";
  if (type === FIELD.CHECK) return Boolean(preset);
  if (type === FIELD.RADIO) return chosen[0] ?? null;
  return chosen;
}

/** Why a value cannot be sent, or null. */
export function problemWith({ type, required = true, min_length, min_values = 1 }, value, words) {
  if (type === FIELD.CHECK) return null;
  if (value === null || value.length === 0) return required ? words.needed : null;
  if (type === FIELD.TEXT) return value.length < (min_length ?? 0) ? words.needLength(min_length) : null;
  return type !== FIELD.RADIO && value.length < min_values ? words.needCount(min_values) : null;
}
