// Times as people read them, on the server's clock.
import { html, useEffect, useState } from "/page/html.js";
import { useChat } from "/page/context.js";

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** A moment in one of Discord's timestamp styles; `R` counts along. */
export function Moment({ seconds, style = "f" }) {
  const { locale } = useChat();
  const now = useNow(style === "R");
  const date = new Date(seconds * 1000);
  const full = date.toLocaleString(locale, STYLES.F);
  const text = style === "R" ? relative(seconds - now / 1000, locale) : date.toLocaleString(locale, STYLES[style] ?? STYLES.f);
  return html`<time class="moment" datetime=${date.toISOString()} title=${full}>${text}</time>`;
}

/** The time of a message: the hour today, with the day before. */
export function MessageTime({ timestamp }) {
  const { locale } = useChat();
  const now = useNow(false);
  const date = new Date(timestamp);
  const today = date.toDateString() === new Date(now).toDateString();
  const style = today ? STYLES.t : { dateStyle: "short", timeStyle: "short" };
  return html`<time class="faint" datetime=${date.toISOString()}>${date.toLocaleString(locale, style)}</time>`;
}

function relative(seconds, locale) {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** Milliseconds on the server's clock, renewed every second where `ticking`. */
function useNow(ticking) {
  const { state } = useChat();
  const [, tick] = useState(0);
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return Date.now() + state.clockOffset;
}
