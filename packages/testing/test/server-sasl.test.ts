import { builtInMechanisms, type SaslEnvironment } from '@sestina/sasl';
import type { MemoryServer, SaslCondition, SaslMechanismName } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { base64, header, login, open, plainServer } from './raw-client.js';

const NS = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const ALL: SaslMechanismName[] = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN', 'ANONYMOUS'];

async function greeted(server: MemoryServer) {
  const peer = await open(server);
  peer.send(header());
  await peer.receive('</stream:features>');
  return peer;
}

async function answerTo(server: MemoryServer, ...sent: string[]): Promise<string> {
  const peer = await greeted(server);
  let answer = '';
  for (const text of sent) {
    peer.send(text);
    answer = await peer.receive(/<\/failure>|<success[^>]*\/?>|<challenge[^>]*(\/>|<\/challenge>|>[^<]*<\/challenge>)/);
  }
  return answer;
}

describe('SASL', () => {
  it.each(['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1'])(
    '%s goes both ways: the server proves itself too',
    async (name) => {
      const peer = await greeted(plainServer({ mechanisms: ALL }));
      const environment: SaslEnvironment = {
        secure: false,
        randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
        channelBindingTypes: [],
        channelBinding: async () => undefined,
        offeredMechanisms: ALL,
      };
      const exchange = builtInMechanisms()
        .find((mechanism) => mechanism.name === name)!
        .start({ username: 'alice', password: 'secret' }, environment);
      const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
      const decode = (text: string) => Buffer.from(/>([^<]*)</.exec(text)?.[1] ?? '', 'base64');
      peer.send(`<auth ${NS} mechanism='${name}'>${encode((await exchange.initial())!)}</auth>`);
      const challenge = decode(await peer.receive('</challenge>'));
      expect(challenge.toString()).toContain('i=4096');
      peer.send(`<response ${NS}>${encode(await exchange.respond(challenge))}</response>`);
      await exchange.success(decode(await peer.receive('</success>')));
    },
  );

  it('asks for the message of a client that sent none with its choice', async () => {
    const server = plainServer();
    const response = `<response ${NS}>${base64('\0alice\0secret')}</response>`;
    expect(await answerTo(server, `<auth ${NS} mechanism='PLAIN'/>`)).toBe(`<challenge ${NS}/>`);
    expect(await answerTo(server, `<auth ${NS} mechanism='PLAIN'/>`, response)).toBe(`<success ${NS}/>`);
  });

  it.each([
    ['a wrong password', 'not-authorized', [`<auth ${NS} mechanism='PLAIN'>${base64('\0alice\0wrong')}</auth>`]],
    ['an unknown user', 'not-authorized', [`<auth ${NS} mechanism='PLAIN'>${base64('\0mallory\0x')}</auth>`]],
    ['no base64', 'incorrect-encoding', [`<auth ${NS} mechanism='PLAIN'>***</auth>`]],
    ['an unknown mechanism', 'invalid-mechanism', [`<auth ${NS} mechanism='X-OAUTH2'>AA==</auth>`]],
    ['a mechanism not offered', 'invalid-mechanism', [`<auth ${NS} mechanism='ANONYMOUS'/>`]],
    ['an abort', 'aborted', [`<auth ${NS} mechanism='PLAIN'/>`, `<abort ${NS}/>`]],
    ['a response to nothing', 'malformed-request', [`<response ${NS}>AA==</response>`]],
    [
      'acting as somebody else',
      'invalid-authzid',
      [`<auth ${NS} mechanism='PLAIN'>${base64('bob@localhost\0alice\0secret')}</auth>`],
    ],
  ])('refuses %s with %s', async (_, condition, sent) => {
    expect(await answerTo(plainServer(), ...sent)).toContain(`<failure ${NS}><${condition}/></failure>`);
  });

  it('accepts acting as herself', async () => {
    const message = base64('alice@localhost\0alice\0secret');
    expect(await answerTo(plainServer(), `<auth ${NS} mechanism='PLAIN'>${message}</auth>`)).toContain('<success');
  });

  it.each<SaslCondition>(['account-disabled', 'credentials-expired', 'temporary-auth-failure'])(
    'fails with %s on command, and works again after',
    async (condition) => {
      const server = plainServer();
      const auth = `<auth ${NS} mechanism='PLAIN'>${base64('\0alice\0secret')}</auth>`;
      server.refuseLogin('alice', condition);
      expect(await answerTo(server, auth)).toContain(`<${condition}/>`);
      server.refuseLogin('alice', undefined);
      expect(await answerTo(server, auth)).toContain('<success');
    },
  );

  it('lets a client try again, but not for ever', async () => {
    const peer = await greeted(plainServer());
    for (let i = 0; i < 5; i++) peer.send(`<auth ${NS} mechanism='PLAIN'>${base64('\0alice\0wrong')}</auth>`);
    const text = await peer.receiveEnd();
    expect(text.match(/<not-authorized\/>/g)).toHaveLength(5);
    expect(text).toContain('<policy-violation ');
  });

  it('makes a user for a guest and forgets it afterwards', async () => {
    const server = plainServer({ mechanisms: ['ANONYMOUS'] });
    const peer = await greeted(server);
    peer.send(`<auth ${NS} mechanism='ANONYMOUS'/>`);
    await peer.receive('<success');
    peer.send(`${header()}<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`);
    const [, name = ''] = /<jid>(guest-[0-9a-f]{16})@localhost\//.exec(await peer.receive('</iq>')) ?? [];
    expect(server.roster(name)).toEqual([]);
    peer.end();
    await peer.receiveEnd();
    expect(() => server.roster(name)).toThrow('there is no user');
  });

  it('puts no secret into the log', async () => {
    const server = plainServer();
    await login(server, 'alice', 'x');
    expect(server.log.map(String).join('\n')).not.toContain(base64('\0alice\0secret'));
  });
});
