import { repeatsWhatItIsTold } from '../bot-test.mjs';

// Jest puts it here.
globalThis.test('it repeats what it is told', repeatsWhatItIsTold);
