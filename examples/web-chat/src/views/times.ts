const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const YEAR = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const SHORT = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: '2-digit' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

/** Hours and minutes. */
export function timeOf(at: Date): string {
  return TIME.format(at);
}

/** All of it, for a hint. */
export function fullTimeOf(at: Date): string {
  return FULL.format(at);
}

/** Of a list: the time today, else the day. */
export function shortTimeOf(at: Date, now = new Date()): string {
  return isSameDay(at, now) ? TIME.format(at) : SHORT.format(at);
}

export function isSameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

/** What stands above the messages of a day. */
export function dayOf(at: Date, now = new Date()): string {
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (isSameDay(at, now)) return 'Today';
  if (isSameDay(at, yesterday)) return 'Yesterday';
  return at.getFullYear() === now.getFullYear() ? DAY.format(at) : YEAR.format(at);
}
