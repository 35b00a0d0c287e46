/** XEP-0163: Personal Eventing Protocol, version 1.2.2. */
export { PepUnsupportedError } from './errors.js';
export type { PepEvent } from './pep-event.js';
export {
  type PepListenOptions,
  type PepPublishOptions,
  PersonalEventing,
  PersonalEventingOptions,
} from './personal-eventing.js';
