import { type JID, Roster } from '@sestina/core';
import type { RosterHost, RosterPolicies } from '@sestina/core/connection';
import { ClientRosterNode, MAX_UNSORTED, type RosterEditor } from './client-roster-node.js';

/** The roster of a client's account. */
export class ClientRoster extends Roster<ClientRosterNode> {
  /** @internal */
  editor: RosterEditor | undefined;

  constructor(host: RosterHost, policies: RosterPolicies) {
    super(host, policies, MAX_UNSORTED);
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
