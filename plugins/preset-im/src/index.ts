/** Everything that a chat client needs, in one plugin. */
export { InstantMessaging, InstantMessagingOptions } from './instant-messaging.js';
export type { PartOptions } from './part.js';
export type { PeopleOptions } from './people.js';
export type { InstalledParts, Preset, PresetOptions } from './preset.js';
