/** XEP-0352: Client State Indication, version 1.0.0. */
export { Activity, PageActivity, type VisiblePage } from './activity.js';
export { ClientState } from './client-state.js';
export { ClientStateOptions } from './options.js';
export { Active, CsiFeature, Inactive, NS_CSI } from './stanza.js';
