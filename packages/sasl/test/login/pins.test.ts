import {
  type ChannelBindingType,
  type MechanismPolicy,
  PlainMechanism,
  type SaslLogin,
  ScramMechanism,
} from '@sestina/sasl';
import { describe, expect, it } from 'vitest';
import { fromBase64, rejection, text } from '../support.js';
import { login, profile, serve, Wire, type WireOptions } from './wire.js';

const TLS13: readonly ChannelBindingType[] = ['tls-exporter', 'tls-server-end-point'];
const PLUS = ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'];

/** A good login, and what it took. */
async function good(sasl: SaslLogin, offered: readonly string[], options: WireOptions = {}): Promise<string> {
  const wire = new Wire(options);
  const done = sasl.run(wire, offered, profile);
  await serve(wire);
  return (await done).mechanism;
}

/** What a login begins with: the mechanism and the flag, or why it does not. */
async function begins(sasl: SaslLogin, offered: readonly string[], options: WireOptions = {}): Promise<string> {
  const wire = new Wire(options);
  const failed = rejection(sasl.run(wire, offered, profile)) as Promise<{ reason: string }>;
  const first = await Promise.race([wire.next(0), failed]);
  if ('reason' in first) {
    expect(wire.sent).toEqual([]);
    return first.reason;
  }
  wire.controller.abort(new Error('seen enough'));
  wire.say({ name: 'nothing' });
  await failed;
  return `${first.name.slice(5)} ${text(fromBase64(first.data ?? '')).split(',')[0]}`;
}

describe('after a login in which the server has proven itself', () => {
  it('weaker than SCRAM is a downgrade, and any SCRAM is none', async () => {
    const sasl = login();
    expect(await begins(sasl, ['PLAIN'])).toContain('PLAIN');
    expect(await good(sasl, ['SCRAM-SHA-256'])).toBe('SCRAM-SHA-256');
    expect(await begins(sasl, ['PLAIN'])).toBe('downgrade');
    expect(await begins(sasl, ['PLAIN', 'SCRAM-SHA-1'])).toBe('SCRAM-SHA-1 n');
  });

  it('by anything but SCRAM nothing is pinned', async () => {
    const sasl = login();
    expect(await good(sasl, ['PLAIN'], { types: TLS13, named: ['tls-exporter'] })).toBe('PLAIN');
    expect(await begins(sasl, ['PLAIN'], { types: TLS13 })).toContain('PLAIN');
  });

  it('that failed nothing is pinned', async () => {
    const sasl = login();
    const wire = new Wire();
    const failed = rejection(sasl.run(wire, ['SCRAM-SHA-1'], profile));
    await serve(wire, { lookup: async () => ({ password: 'another' }) });
    expect(await failed).toMatchObject({ reason: 'not-authorized' });
    expect(await begins(sasl, ['PLAIN'])).toContain('PLAIN');
  });

  it('and was bound, one that is not is a downgrade', async () => {
    const sasl = login();
    const there = { types: TLS13, named: ['tls-exporter'] };
    expect(await good(sasl, PLUS, there)).toBe('SCRAM-SHA-256-PLUS');
    expect(await begins(sasl, PLUS, there)).toBe('SCRAM-SHA-256-PLUS p=tls-exporter');
    expect(await begins(sasl, ['SCRAM-SHA-256'], there)).toBe('downgrade');
    expect(await begins(sasl, PLUS, { types: TLS13 })).toBe('downgrade');
    expect(await begins(sasl, PLUS, { types: TLS13, named: [] })).toBe('downgrade');
    expect(await begins(sasl, PLUS, { types: TLS13, named: ['x'] })).toBe('downgrade');
  });

  it('and was bound, below TLS 1.3 and without a list of types, that is pinned too', async () => {
    const sasl = login();
    const there: WireOptions = { types: ['tls-unique', 'tls-server-end-point'] };
    expect(await good(sasl, PLUS, there)).toBe('SCRAM-SHA-256-PLUS');
    expect(await begins(sasl, PLUS, there)).toBe('SCRAM-SHA-256-PLUS p=tls-unique');
    expect(await begins(sasl, ['SCRAM-SHA-256'], there)).toBe('downgrade');
  });

  it('and named its types, it has to name them again, bound or not', async () => {
    const sasl = login({ mechanisms: [new ScramMechanism('SHA-256')] });
    expect(await good(sasl, PLUS, { types: TLS13, named: ['tls-exporter'] })).toBe('SCRAM-SHA-256');
    expect(await begins(sasl, PLUS, { types: TLS13 })).toBe('downgrade');
    expect(await begins(sasl, PLUS, { types: TLS13, named: ['tls-exporter'] })).toBe('SCRAM-SHA-256 n');
  });

  it('a connection that can bind nothing is no downgrade: that is this side', async () => {
    const sasl = login();
    expect(await good(sasl, PLUS, { types: TLS13, named: ['tls-exporter'] })).toBe('SCRAM-SHA-256-PLUS');
    expect(await begins(sasl, PLUS, { named: ['tls-exporter'] })).toBe('SCRAM-SHA-256 n');
    expect(await begins(sasl, PLUS)).toBe('SCRAM-SHA-256 n');
  });

  it('who says never is not held to it', async () => {
    const policy: MechanismPolicy = { channelBinding: 'never' };
    const sasl = login({ policy });
    expect(await good(sasl, PLUS, { types: TLS13, named: ['tls-exporter'] })).toBe('SCRAM-SHA-256');
    expect(await begins(sasl, PLUS, { types: TLS13 })).toBe('SCRAM-SHA-256 n');
  });

  it('all of it is forgotten where somebody says so, and no other object knows of it', async () => {
    const sasl = login();
    expect(await good(sasl, PLUS, { types: TLS13, named: ['tls-exporter'] })).toBe('SCRAM-SHA-256-PLUS');
    expect(await begins(login(), ['PLAIN'], { types: TLS13 })).toContain('PLAIN');
    sasl.forgetPins();
    expect(await begins(sasl, ['PLAIN'], { types: TLS13 })).toContain('PLAIN');
  });

  it('by a mechanism that is gone, it does not fall back to less', async () => {
    const sasl = login({ mechanisms: [] });
    const scram = sasl.addMechanism(new ScramMechanism('SHA-1'));
    sasl.addMechanism(new PlainMechanism());
    expect(await good(sasl, ['SCRAM-SHA-1', 'PLAIN'])).toBe('SCRAM-SHA-1');
    scram.dispose();
    expect(await begins(sasl, ['SCRAM-SHA-1', 'PLAIN'])).toBe('no-mechanism');
  });
});
