import { DowngradeError, type SaslEnvironment, ScramMechanism, withoutChannelBinding } from '@sestina/sasl';
import { describe, expect, it } from 'vitest';
import { bytes, environment, fromBase64, rejection, text } from './support.js';

const credentials = { username: 'user', password: 'pencil' };
const plain = new ScramMechanism('SHA-256');
const plus = new ScramMechanism('SHA-256', true);
const offersPlus = ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'];
const tls13: Partial<SaslEnvironment> = { channelBindingTypes: ['tls-exporter', 'tls-server-end-point'] };
const tls12: Partial<SaslEnvironment> = { channelBindingTypes: ['tls-exporter', 'tls-unique', 'tls-server-end-point'] };

async function flag(mechanism: ScramMechanism, where: SaslEnvironment): Promise<string | undefined> {
  return text(await mechanism.start(credentials, where).initial()).split(',')[0];
}

describe('T8: the flag of the GS2 header', () => {
  it.each<[string, string, Partial<SaslEnvironment>]>([
    ['y', 'we could, the server offers none', { ...tls13, offeredMechanisms: ['SCRAM-SHA-256'] }],
    ['n', 'we cannot', { offeredMechanisms: ['SCRAM-SHA-256'] }],
    ['n', 'we cannot, the server could', { offeredMechanisms: offersPlus }],
    ['n', 'there is no TLS', { ...tls13, secure: false, offeredMechanisms: ['SCRAM-SHA-256'] }],
    ['n', 'the policy forbids what both could', { ...tls13, offeredMechanisms: offersPlus }],
    ['n', 'the server binds with another hash only', { ...tls13, offeredMechanisms: ['SCRAM-SHA-1-PLUS'] }],
  ])('is %s where %s', async (expected, _why, changes) => {
    expect(await flag(plain, environment(changes))).toBe(expected);
  });

  it.each<[string, string, Partial<SaslEnvironment>]>([
    ['tls-exporter', 'on TLS 1.3 and a server that does not say', tls13],
    ['tls-unique', 'below TLS 1.3 and a server that does not say', tls12],
    ['tls-exporter', 'below TLS 1.3', { ...tls12, serverChannelBindingTypes: ['tls-unique', 'tls-exporter'] }],
    [
      'tls-server-end-point',
      'the server has no better',
      { ...tls13, serverChannelBindingTypes: ['tls-server-end-point'] },
    ],
  ])('is p=%s where %s', async (type, _why, changes) => {
    expect(await flag(plus, environment({ offeredMechanisms: offersPlus, ...changes }))).toBe(`p=${type}`);
  });

  it('names the next type where the best has no data after all', async () => {
    const channelBinding = async (type: string) => (type === 'tls-exporter' ? undefined : bytes('data'));
    const where = environment({ ...tls13, offeredMechanisms: offersPlus, channelBinding });
    expect(await flag(plus, where)).toBe('p=tls-server-end-point');
  });

  it.each([undefined, new Uint8Array()])('is never p= without data (%s)', async (data) => {
    const where = environment({ ...tls13, offeredMechanisms: offersPlus, channelBinding: async () => data });
    expect(await rejection(flag(plus, where))).toMatchObject({ detail: 'channel-binding-unavailable' });
  });
});

describe('T8: c= of the last message', () => {
  it('carries header and data', async () => {
    const exchange = plus.start(credentials, environment({ ...tls13, offeredMechanisms: offersPlus }));
    const nonce = text(await exchange.initial()).split('r=')[1];
    const final = text(await exchange.respond(bytes(`r=${nonce}srv,s=c2FsdHNhbHQ=,i=4096`)));
    const input = final.slice(2).split(',')[0] ?? '';
    expect(text(fromBase64(input))).toBe('p=tls-exporter,,data of tls-exporter');
  });
});

describe('withoutChannelBinding', () => {
  class Connection {
    readonly secure = true;
    readonly offeredMechanisms: readonly string[] = ['SCRAM-SHA-256'];
    readonly channelBindingTypes = ['tls-exporter'] as const;
    #counter = 0;
    randomBytes(length: number): Uint8Array {
      return new Uint8Array(length).fill(++this.#counter);
    }
    async channelBinding() {
      return bytes('data');
    }
  }

  it('sends n, never y, whatever the server offers the second time', async () => {
    const connection = new Connection();
    expect(await flag(plain, connection)).toBe('y');
    expect(await flag(plain, withoutChannelBinding(connection))).toBe('n');
  });

  it('makes the -PLUS mechanisms unusable', () => {
    const where = environment({ ...tls13, offeredMechanisms: offersPlus });
    expect(plus.usable(credentials, where)).toBe(true);
    expect(plus.usable(credentials, withoutChannelBinding(where))).toBe(false);
  });

  it('keeps what XEP-0474 is checked against', () => {
    const where = environment({ ...tls13, offeredMechanisms: offersPlus, serverChannelBindingTypes: ['tls-exporter'] });
    expect(withoutChannelBinding(where)).toMatchObject({
      offeredMechanisms: offersPlus,
      serverChannelBindingTypes: ['tls-exporter'],
    });
  });
});

describe('XEP-0440 rule 6: a server that binds, but with no type known here', () => {
  const respond = async (
    serverChannelBindingTypes: string[],
    channelBindingTypes = tls13.channelBindingTypes ?? [],
  ) => {
    const where = environment({ channelBindingTypes, offeredMechanisms: offersPlus, serverChannelBindingTypes });
    const exchange = plain.start(credentials, where);
    const first = text(await exchange.initial());
    expect(first.startsWith('n,')).toBe(true);
    return exchange.respond(bytes(`r=${first.split('r=')[1]}srv,s=c2FsdHNhbHQ=,i=4096`));
  };

  it('must prove its list, else nothing more is sent', async () => {
    expect(await rejection(respond(['tls-invented']))).toBeInstanceOf(DowngradeError);
  });

  it('need not where it names tls-server-end-point', async () => {
    expect(text(await respond(['tls-server-end-point'], ['tls-unique']))).toContain(',p=');
  });

  it('need not to a client that cannot bind', async () => {
    expect(text(await respond(['tls-invented'], []))).toContain(',p=');
  });
});
