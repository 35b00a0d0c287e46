import { type JID, Roster } from '@sestina/core';
import type { RosterHost, RosterPolicies } from '@sestina/core/connection';
import { ClientRosterNode, MAX_UNSORTED, type RosterEditor } from './client-roster-node.js';

/** Bytes for one resource of a contact without details: the account has chosen its contacts, so it sees all who are there. */
const CONTACT_ROOM = 2_048;

/** The roster of a client's account. */
export class ClientRoster extends Roster<ClientRosterNode> {
  /** @internal */
  editor: RosterEditor | undefined;

  constructor(host: RosterHost, policies: RosterPolicies) {
    super(host, policies, MAX_UNSORTED);
    this.ledger.contactRoom = CONTACT_ROOM;
  }

  protected override make(owner: JID): ClientRosterNode {
    const editor = (): RosterEditor | undefined => {
      const { boundJid, requestedJid } = this.host;
      return owner.equals((boundJid ?? requestedJid).bare) ? this.editor : undefined;
    };
    return new ClientRosterNode(this.host, owner, this.ledger, editor);
  }

  /** @internal */
  override sessionBegins(): void {
    super.sessionBegins();
    this.of().sessionBegins();
  }
}
