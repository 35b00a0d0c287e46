import type { Scenario } from '../harness/types.js';
import { acks } from './acks.js';
import { addresses } from './addresses.js';
import { archive } from './archive.js';
import { build } from './build.js';
import { component } from './component.js';
import { hostile } from './hostile.js';
import { idle } from './idle.js';
import { kept } from './kept.js';
import { login } from './login.js';
import { dispatch, receive } from './receive.js';
import { room } from './room.js';
import { roster } from './roster.js';
import { start } from './start.js';
import { traffic } from './traffic.js';
import { unread } from './unread.js';

/** All scenarios, in the order in which they are run. */
export const scenarios: readonly Scenario[] = [
  receive,
  dispatch,
  build,
  idle,
  traffic,
  start,
  roster,
  component,
  hostile,
  unread,
  kept,
  login,
  room,
  archive,
  acks,
  addresses,
];
