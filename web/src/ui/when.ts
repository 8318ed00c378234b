/** Times for people: the clock today, else the date. */
export function whenText(ms: number, language: string, justNow: string): string {
  if (Math.abs(Date.now() - ms) < 60_000) return justNow;
  return momentText(ms, language);
}

/** The same, but a moment just gone has its minute too. */
export function momentText(ms: number, language: string): string {
  const then = new Date(ms);
  const now = new Date();
  const isToday = then.toDateString() === now.toDateString();
  const options: Intl.DateTimeFormatOptions = isToday
    ? { hour: "2-digit", minute: "2-digit" }
    : { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(language, options).format(then);
}
