/** XEP-0441: Message Archive Management Preferences, version 0.2.0. */
export { ArchivePreferences } from './archive-preferences.js';
export { ArchivePreferencesRefusedError } from './errors.js';
export type { ArchiveDefault, ArchivePrefs, ArchivePrefsInit, UnreadableAddresses } from './prefs.js';
export { AlwaysArchive, ArchivePrefsElement, NeverArchive } from './stanza.js';
