// @ts-check
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { publishable, ROOT, readJson } from './repo.mjs';
import { usage } from './usage.mjs';

/** The JavaScript file behind a command of an installed package. @param {string} name @param {string} [command] */
export function bin(name, command = name) {
  const folder = join(ROOT, 'node_modules', name);
  const { bin: commands } = readJson(join(folder, 'package.json'));
  return join(folder, typeof commands === 'string' ? commands : commands[command]);
}

/**
 * Runs a program in the root folder, or `cwd`; never throws.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, capture?: boolean }} [options] `capture` keeps the output instead of showing it.
 * @returns {Promise<{ ok: boolean, seconds: number, output: string }>}
 */
export function run(command, args, { cwd = ROOT, env = {}, capture = false } = {}) {
  const started = performance.now();
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      // npm is a .cmd file there, which cannot be started without a shell.
      shell: process.platform === 'win32' && command === 'npm',
    });
    /** @param {boolean} ok */
    const done = (ok) => resolve({ ok, seconds: (performance.now() - started) / 1000, output });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => {
      output += `${error.message}\n`;
      if (!capture) console.error(error.message);
      done(false);
    });
    child.on('close', (code, signal) => {
      if (signal) output += `ended by ${signal}\n`;
      done(code === 0);
    });
  });
}

/** `run` with this Node. @param {string[]} args @param {Parameters<typeof run>[2]} [options] */
export function node(args, options) {
  return run(process.execPath, args, options);
}

/** Whether node_modules is missing something that package-lock.json asks for. */
export function needsInstall(root = ROOT) {
  const hidden = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return true;
  /** @type {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }>} */
  const asked = readJson(join(root, 'package-lock.json')).packages;
  /** @type {typeof asked} */
  const there = readJson(hidden).packages;
  return Object.entries(asked).some(([path, { version, optional, devOptional, peer }]) => {
    if (!path.includes('node_modules/')) return false;
    const found = there[path];
    return found ? found.version !== version : !(optional || devOptional || peer);
  });
}

/** Brings node_modules in line with package-lock.json, where it isn't. @returns {Promise<boolean>} */
export async function install() {
  if (!needsInstall()) return true;
  console.log('Installing dependencies ...');
  const { ok } = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!ok) console.error('`npm ci` failed: see above. Is the registry reachable?');
  return ok;
}

/** Builds every package and every plugin that there is: declarations, then modules. @returns {Promise<boolean>} */
export async function build() {
  const packages = publishable();
  const { ok } = await node([bin('typescript', 'tsc'), '-b', ...packages.map(({ dir }) => dir)]);
  if (!ok) {
    console.error('`tsc -b` failed: see above.');
    return false;
  }
  // Where nothing is installed yet, it is not there.
  const { bundle } = await import('./bundle.mjs');
  for (const workspace of packages) await bundle(workspace);
  return true;
}

/**
 * The names after `--only`, separated by commas; undefined where it isn't given. Says what there is where `--help` asks for that.
 * @param {string[]} names what there is to choose from
 */
export function only(names, argv = process.argv) {
  usage(`  --only A,B  some of ${names.join(', ')}`, argv);
  const at = argv.indexOf('--only');
  if (at < 0) return undefined;
  const chosen = (argv[at + 1] ?? '').split(',').filter(Boolean);
  const unknown = chosen.filter((name) => !names.includes(name));
  if (chosen.length > 0 && unknown.length === 0) return chosen;
  console.error(`--only wants some of: ${names.join(',')}`);
  return process.exit(2);
}
