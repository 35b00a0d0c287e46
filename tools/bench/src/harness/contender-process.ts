import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiled } from './compile.js';
import { PYTHON } from './files.js';
import type { Contender, Sample } from './types.js';

/** How long one sample may take, in milliseconds. */
const LONGEST = 300_000;

/**
 * Runs a contender once, from its start to its end, and returns what it measured.
 * @param flags More options of Node.js.
 * @throws Error with what it wrote on standard error, where it failed or printed no sample.
 */
export function sample(contender: Contender, flags: readonly string[] = []): Promise<Sample> {
  const { name, script, config = {}, env = {} } = contender;
  const python = extname(script.pathname) === '.py';
  const file = python ? fileURLToPath(script) : compiled(script);
  const nodeFlags = [...(contender.flags ?? []), ...flags];
  const args = python ? [file] : [...nodeFlags, file];
  return new Promise((resolve, reject) => {
    const child = spawn(python ? PYTHON : process.execPath, [...args, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', PYTHONDONTWRITEBYTECODE: '1', ...env },
      timeout: LONGEST,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4_000);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      const result = code === 0 ? parse(last) : undefined;
      if (result) resolve(result);
      else reject(new Error(`${name} (${file}) ended with ${signal ?? code}\n${stderr || stdout}`));
    });
  });
}

function parse(line: string): Sample | undefined {
  try {
    const value = JSON.parse(line) as Sample;
    return typeof value.values === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
