// @ts-check
// `npm run build`: every folder of packages and plugins, in the order of their references.
import { build } from './lib/run.mjs';

if (!(await build())) process.exitCode = 1;
