// @ts-check
import { test } from 'vitest';
import { repeatsWhatItIsTold } from '../bot-test.mjs';

test('it repeats what it is told', repeatsWhatItIsTold);
