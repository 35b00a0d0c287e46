// @ts-check
import { test } from 'node:test';
import { repeatsWhatItIsTold } from '../bot-test.mjs';

test('it repeats what it is told', repeatsWhatItIsTold);
