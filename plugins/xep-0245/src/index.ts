/** XEP-0245: The /me Command, version 1.0. */
export { action, actionText, isAction } from './action.js';
