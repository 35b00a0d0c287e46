export type { Lie, LyingStep } from './lie.js';
export { LIES, type LieAbout } from './lies/index.js';
export { LyingServer, type LyingServerOptions } from './lying-server.js';
export type { Heard, LyingVoice } from './voice.js';
