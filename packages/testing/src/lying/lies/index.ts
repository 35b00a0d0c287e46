import type { Lie } from '../lie.js';
import { ADDRESS_LIES } from './address.js';
import { COMPONENT_LIES } from './component.js';
import { FRAME_LIES } from './frames.js';
import { LOGIN_LIES } from './login.js';
import { MANAGEMENT_LIES } from './management.js';
import { STREAM_LIES } from './stream.js';
import { TLS_LIES } from './tls.js';

/** What servers lie about. */
export type LieAbout = 'address' | 'component' | 'frames' | 'login' | 'management' | 'stream' | 'tls';

/**
 * Lies of a server, by what they are about. `component` is for components, the others are for clients; `management` for those that have
 * XEP-0198 in use.
 */
export const LIES: Readonly<Record<LieAbout, readonly Lie[]>> = {
  stream: STREAM_LIES,
  tls: TLS_LIES,
  login: LOGIN_LIES,
  address: ADDRESS_LIES,
  frames: FRAME_LIES,
  management: MANAGEMENT_LIES,
  component: COMPONENT_LIES,
};
