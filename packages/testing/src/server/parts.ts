import type { Clock, Random } from '@sestina/core';
import type { Accounts } from './accounts.js';
import type { Components } from './components.js';
import type { IqServices } from './iq-services.js';
import type { Messages } from './messages.js';
import type { PresenceService } from './presence.js';
import type { RosterService } from './roster-service.js';
import type { Router } from './router.js';
import type { ServerSettings } from './settings.js';
import type { StanzaLog } from './stanza-log.js';
import type { Subscriptions } from './subscriptions.js';

/** The parts of a server, for each other. @internal */
export interface ServerParts {
  readonly settings: ServerSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: StanzaLog;
  readonly accounts: Accounts;
  readonly components: Components;
  readonly router: Router;
  readonly messages: Messages;
  readonly presence: PresenceService;
  readonly subscriptions: Subscriptions;
  readonly rosters: RosterService;
  readonly services: IqServices;
}
