/** XEP-0012: Last Activity, version 2.0. */
export { NotAllowedToSeeError } from './errors.js';
export {
  type Activity,
  type ActivitySource,
  LastActivity,
  LastActivityOptions,
} from './last-activity.js';
export { LastQuery, NS_LAST } from './stanza.js';
