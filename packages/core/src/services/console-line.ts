/** Writes a line to the console, for what an application has asked to see there. */
export function consoleLine(line: string): void {
  // biome-ignore lint/suspicious/noConsole: somebody asked for it
  console.log(line);
}
