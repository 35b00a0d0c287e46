import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

async function mentions(pid: string, directory: string): Promise<boolean> {
  const texts = await Promise.all(
    ['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  return texts.some((text) => text.includes(directory));
}

/** The ids of the processes that have to do with a server's directory, other than this one. */
export async function processesOf(directory: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await readdir('/proc')) {
    if (/^\d+$/.test(pid) && Number(pid) !== process.pid && (await mentions(pid, directory))) found.push(Number(pid));
  }
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // Erlang's helpers end by themselves as soon as the machine that started them is dead.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills a server's own processes and spares the shell that watches over it. */
export async function crash(directory: string): Promise<void> {
  for (const pid of await processesOf(directory)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.startsWith('/bin/sh')) kill(pid);
  }
}

/** What is left of a server, once it had ten seconds to go. */
export async function leftovers(directory: string): Promise<{ processes: number[]; directory: boolean }> {
  for (let attempt = 0; ; attempt++) {
    const left = { processes: await processesOf(directory), directory: existsSync(directory) };
    if (attempt === 200 || (left.processes.length === 0 && !left.directory)) return left;
    await sleep(50);
  }
}

export const NOTHING = { processes: [], directory: false };
