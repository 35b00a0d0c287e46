import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import { SilentLogger } from '@sestina/core';
import { type Link, NS_CLIENT, NS_COMPONENT, type SessionOutcome } from '@sestina/core/connection';
import { SeededRandom } from '@sestina/testing';
import type { LawConnection, LawConnectionMaker } from '@sestina/testing/laws';

const settings = ({ clock, storage, transports }: LawConnection) => ({
  clock,
  keepAlive: false as const,
  logger: new SilentLogger(),
  random: new SeededRandom(1),
  storage,
  transports,
});

/** A client that negotiates nothing and has the address that it asks for. */
class LawClient extends ClientXMPP {
  readonly #connection: LawConnection;

  constructor(connection: LawConnection) {
    super({ ...settings(connection), jid: 'alice@example.org/phone', password: 'secret', tls: { required: false } });
    this.#connection = connection;
  }

  protected override async negotiate(link: Link): Promise<SessionOutcome> {
    const contentNamespace = NS_CLIENT;
    const { serverDomain } = this;
    await link.openStream(
      { to: serverDomain, contentNamespace, version: '1.0' },
      { contentNamespace, from: serverDomain, versioned: true },
    );
    await link.receive();
    this.setBoundJid(this.requestedJid);
    return this.#connection.outcome();
  }
}

/** A component that shows no secret. */
class LawComponent extends ComponentXMPP {
  constructor(connection: LawConnection) {
    super({ ...settings(connection), jid: 'component.example.org', secret: 'secret', host: 'localhost' });
  }

  protected override async negotiate(link: Link): Promise<SessionOutcome> {
    const { serverDomain } = this;
    await link.openStream(
      { to: serverDomain, contentNamespace: NS_COMPONENT },
      { contentNamespace: NS_COMPONENT, from: serverDomain, versioned: false },
    );
    this.setBoundJid(this.requestedJid);
    return 'new';
  }
}

/** The connections that applications have, but for how they log in. */
export const applicationConnection: LawConnectionMaker = (connection) =>
  connection.kind === 'client' ? new LawClient(connection) : new LawComponent(connection);
