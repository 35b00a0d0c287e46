import type { Clock, Random } from '@sestina/core';
import type { Accounts } from './accounts.js';
import type { Components } from './components.js';
import type { IqServices } from './iq-services.js';
import type { Outlet } from './outlet.js';
import type { PresenceService } from './presence.js';
import type { RosterService } from './roster-service.js';
import type { ServerSettings } from './settings.js';
import type { StanzaLog } from './stanza-log.js';

/** The parts of a server, for its connections. @internal */
export interface ServerParts {
  readonly settings: ServerSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: StanzaLog;
  readonly accounts: Accounts;
  readonly components: Components;
  readonly router: Outlet;
  readonly presence: PresenceService;
  readonly rosters: RosterService;
  readonly services: IqServices;
}
