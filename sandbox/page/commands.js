// Slash commands as people pick them: sub-commands flattened, names in the person's language, options checked.
import { localized } from "/page/words.js";

export const OPTION = { SUB: 1, GROUP: 2, STRING: 3, INTEGER: 4, BOOLEAN: 5, USER: 6, CHANNEL: 7, NUMBER: 10, ATTACHMENT: 11 };
const SLASH = 1;

/** Every command that can be run: {path: "embed train", name, description, options}. */
export function leavesOf(commands, locale) {
  return commands.filter(({ type }) => (type ?? SLASH) === SLASH).flatMap((command) => below(command, [], [], locale));
}

function below(command, path, names, locale) {
  const here = [...path, command.name];
  const shown = [...names, localized(command, "name", locale)];
  const options = command.options ?? [];
  const inner = options.filter(({ type }) => type === OPTION.SUB || type === OPTION.GROUP);
  if (inner.length) return inner.flatMap((option) => below(option, here, shown, locale));
  return [{ path: here.join(" "), name: shown.join(" "), description: localized(command, "description", locale), options }];
}

/** The commands that fit what was typed after the slash, best first; names in both languages count. */
export function fitting(leaves, typed) {
  const query = typed.toLowerCase().trim();
  const rank = ({ path, name, description }) => {
    const names = [path, name].map((text) => text.toLowerCase());
    if (names.some((text) => text.startsWith(query))) return 0;
    if (names.some((text) => text.includes(query))) return 1;
    return description.toLowerCase().includes(query) ? 2 : 3;
  };
  return leaves.filter((leaf) => rank(leaf) < 3).sort((a, b) => rank(a) - rank(b));
}

/** The command that a whole line such as "/imagine prompt: a cat" means, with its values; null while it names none. */
export function commandInText(leaves, text) {
  const line = text.slice(1);
  const names = leaves.flatMap((leaf) => [leaf.path, leaf.name].map((name) => ({ leaf, name })));
  const found = names.find(({ name }) => line.startsWith(`${name} `));
  if (!found) return null;
  return { path: found.leaf.path, values: valuesInText(found.leaf, line.slice(found.name.length + 1)) };
}

/** "prompt: a cat steps: 20" by option; text before the first name belongs to the first option that is typed. */
function valuesInText({ options }, text) {
  const typed = options.filter(({ type }) => type !== OPTION.ATTACHMENT);
  if (!typed.length || !text.trim()) return {};
  const parts = text.split(new RegExp(`(?:^|\\s)(${typed.map(({ name }) => name).join("|")}):`));
  const values = parts[0].trim() ? { [typed[0].name]: parts[0].trim() } : {};
  for (let at = 1; at < parts.length; at += 2) values[parts[at]] = parts[at + 1].trim();
  return values;
}

/** Options as a form shows them: the needed ones first; files apart. */
export function sorted(options) {
  const needed = (wanted) => options.filter(({ type, required }) => type !== OPTION.ATTACHMENT && Boolean(required) === wanted);
  return { needed: needed(true), optional: needed(false), files: options.filter(({ type }) => type === OPTION.ATTACHMENT) };
}

/** What a typed value is for the server. */
export function valueOf({ type }, raw) {
  if (type === OPTION.INTEGER || type === OPTION.NUMBER) return Number(raw);
  return type === OPTION.BOOLEAN ? raw === "true" : raw;
}

/** Why a typed value cannot be sent, or null. */
export function problemOf(option, raw, words) {
  if (raw === undefined || raw === "") return option.required ? words.needed : null;
  const { type, min_value: min, max_value: max } = option;
  if (type === OPTION.INTEGER || type === OPTION.NUMBER) {
    const value = Number(raw);
    if (Number.isNaN(value)) return words.needNumber;
    if (type === OPTION.INTEGER && !Number.isInteger(value)) return words.needInteger;
    if (value < (min ?? -Infinity) || value > (max ?? Infinity)) return words.needRange(min, max);
  }
  return raw.length < (option.min_length ?? 0) ? words.needLength(option.min_length) : null;
}
