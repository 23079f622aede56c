// Asks the bot for suggestions while a person types.
import { useEffect, useRef, useState } from "/page/html.js";

const PAUSE_MS = 150; // of typing, before the bot is asked

/** The choices for `text` while `open`; null until the first answer. An answer to an older text is dropped. */
export function useSuggestions(open, text, ask) {
  const [choices, setChoices] = useState(null);
  const newest = useRef(0);
  useEffect(() => {
    if (!open) return;
    const number = ++newest.current;
    const timer = setTimeout(async () => {
      // A bot that does not answer leaves the field as a plain text field; the server lists it as a violation.
      const answer = await ask().catch(() => ({ choices: [] }));
      if (number === newest.current) setChoices(answer.choices);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [open, text]);
  return choices;
}
