// Runs a TypeScript file of this repository without a build: node tools/scripts/run.mjs FILE [ARGUMENT…]
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node tools/scripts/run.mjs FILE [ARGUMENT…]');
  process.exit(2);
}

const flags = ['--conditions=@sestina/source', '--import', import.meta.resolve('tsx')];
const child = spawn(process.execPath, [...flags, file, ...args], {
  // The channel tells the script when this process is gone, also by SIGKILL ('disconnect').
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: {
    ...process.env,
    TSX_TSCONFIG_PATH: fileURLToPath(new URL('../../tsconfig.base.json', import.meta.url)),
  },
});

/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of signals) {
  process.on(signal, () => {
    // A terminal sends its Ctrl-C to both processes.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}

child.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  if (signal === null) {
    process.exitCode = code ?? 1;
    return;
  }
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
