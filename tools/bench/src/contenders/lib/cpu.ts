import { readFileSync } from 'node:fs';

/** What Linux counts CPU time in, for programs: hundredths of a second, whatever the kernel's own clock is. */
const TICKS = 100;

/** Seconds of CPU time that a process has had; undefined where they cannot be read. */
export function cpuOf(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    return cpuFrom(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The same from the text of `/proc/PID/stat`: user and system time are the 12th and 13th field behind the name. */
export function cpuFrom(stat: string): number {
  // The name is in parentheses, and can hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
