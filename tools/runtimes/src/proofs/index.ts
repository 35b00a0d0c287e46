import type { Proof } from '../proof.js';
import { bundlerProofs } from './bundlers.js';
import { frameworkProofs } from './frameworks.js';
import { packageProofs } from './packages.js';
import { runtimeProofs } from './runtimes.js';
import { testRunnerProofs } from './test-runners.js';
import { typeProofs } from './types.js';

/** Everything that is shown, section by section. */
export const PROOFS: readonly Proof[] = [
  ...runtimeProofs,
  ...typeProofs,
  ...testRunnerProofs,
  ...bundlerProofs,
  ...frameworkProofs,
  ...packageProofs,
];
