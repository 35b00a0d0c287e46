/** Cuts a text into parts of at most so many UTF-16 units: at lines, else at spaces, else where no character is cut in two. */
export function splitText(text: string, max: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > max) {
    const window = rest.slice(0, max + 1);
    const line = window.lastIndexOf('\n');
    const space = window.lastIndexOf(' ');
    const [end, gap] = line > 0 ? [line, 1] : space > 0 ? [space, 1] : [wholeEnd(rest, max), 0];
    parts.push(rest.slice(0, end));
    rest = rest.slice(end + gap);
  }
  parts.push(rest);
  return parts.filter((part) => part.trim() !== '');
}

/** Not between the two halves of a character, also where one alone is longer than `max`. */
function wholeEnd(text: string, max: number): number {
  const isCut = /[\ud800-\udbff]/.test(text.charAt(max - 1)) && /[\udc00-\udfff]/.test(text.charAt(max));
  return isCut ? max - 1 || 2 : max;
}
