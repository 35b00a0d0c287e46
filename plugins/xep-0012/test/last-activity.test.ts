import { JID, StanzaError, TimeoutError } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { LastActivity, type LastActivityOptions, NotAllowedToSeeError, NS_LAST } from '../src/index.js';

const OWN = 'juliet@capulet.com/balcony';
const ROMEO = 'romeo@montague.net';
const QUERY = `<query xmlns='${NS_LAST}'/>`;
const question = (from: string, to = OWN): string =>
  `<iq type='get' from='${from}' to='${to}' id='last1'>${QUERY}</iq>`;
const streams = useStreams(afterEach);

async function start(options: Partial<LastActivityOptions> = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[LastActivity, options]], ...more });
  streams.keep(stream);
  const { xmpp } = stream;
  if (!xmpp.isComponent) xmpp.roster.of().apply([{ jid: JID.parse(ROMEO), subscription: 'from' }]);
  /** What is told to a question. */
  const told = async (from: string, to?: string): Promise<string | undefined> => {
    await stream.recv(question(from, to));
    const answer = await stream.nextSent();
    return answer.child('query', NS_LAST)?.attribute('seconds') ?? answer.child('error')?.firstElement?.name;
  };
  return { stream, xmpp, last: xmpp.plugin(LastActivity), told };
}

describe('asking', () => {
  it.each([
    ['romeo@montague.net', `seconds='903'`, 'Heading Home', { kind: 'offline', seconds: 903, status: 'Heading Home' }],
    ['romeo@montague.net', `seconds='903'`, '', { kind: 'offline', seconds: 903, status: undefined }],
    ['romeo@montague.net', `seconds='0'`, '', { kind: 'online', seconds: 0, status: undefined }],
    ['romeo@montague.net', `seconds='0'`, 'Just now', { kind: 'offline', seconds: 0, status: 'Just now' }],
    ['romeo@montague.net/orchard', `seconds='123'`, '', { kind: 'idle', seconds: 123 }],
    ['romeo@montague.net/orchard', `seconds='0'`, 'odd', { kind: 'idle', seconds: 0, status: undefined }],
    ['montague.net', `seconds='123456'`, '', { kind: 'uptime', seconds: 123_456 }],
    ['montague.net/service', `seconds='5'`, '', { kind: 'uptime', seconds: 5 }],
    ['romeo@montague.net', '', 'gone', { kind: 'offline', seconds: undefined, since: undefined, status: 'gone' }],
    ['romeo@montague.net', `seconds='-1'`, '', { kind: 'offline', seconds: undefined, since: undefined }],
    ['romeo@montague.net', `seconds='99999999999999999999'`, '', { kind: 'offline', seconds: undefined }],
    ['montague.net', `seconds='3155760000'`, '', { kind: 'uptime', seconds: 3_155_760_000 }],
    ['montague.net', `seconds='3155760001'`, '', { kind: 'uptime', seconds: undefined, since: undefined }],
    ['montague.net', `seconds='soon'`, '', { kind: 'uptime', seconds: undefined, since: undefined }],
  ] as const)('%s, which says %s and "%s"', async (to, attribute, text, expected) => {
    const { stream, last } = await start();
    const asked = last.ask(to);
    const request = await stream.expectSent(`<iq type='get' id='*' to='${to}'>${QUERY}</iq>`);
    await stream.recvResult(request, `<query xmlns='${NS_LAST}' ${attribute}>${text}</query>`);
    const activity = await asked;
    expect(activity).toMatchObject(expected);
    const since = activity.seconds === undefined ? undefined : stream.clock.now() - activity.seconds * 1_000;
    expect(activity.since?.getTime()).toBe(since);
  });

  it.each(['forbidden', 'subscription-required'] as const)('tells that we may not see it: %s', async (condition) => {
    const { stream, last } = await start();
    const asked = last.ask(ROMEO).catch((error: Error) => error);
    await stream.recvError(await stream.nextSent(), condition);
    const error = await asked;
    expect(error).toBeInstanceOf(NotAllowedToSeeError);
    expect(error).toMatchObject({ code: 'ERR_NOT_ALLOWED_TO_SEE', jid: ROMEO, cause: { condition } });
  });

  it('rejects with another error as it came, for no answer, and once the plugin is removed', async () => {
    const { stream, xmpp, last } = await start();
    const refused = expect(last.ask(ROMEO)).rejects.toMatchObject({ condition: 'service-unavailable' });
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    await refused;
    const other = expect(last.ask(ROMEO)).rejects.toBeInstanceOf(StanzaError);
    await stream.recvResult(await stream.nextSent());
    await other;
    const late = expect(last.ask(ROMEO, { timeout: 9 })).rejects.toBeInstanceOf(TimeoutError);
    await stream.clock.advance(9);
    await late;
    xmpp.remove(LastActivity);
    await expect(last.ask(ROMEO)).rejects.toThrow('xep-0012 was removed');
    expect(() => last.serve({ idleSince: () => undefined })).toThrow('xep-0012 was removed');
  });

  it('asks our server where nobody is named, and from an address of a component', async () => {
    const { stream, last } = await start();
    void last.ask().catch(() => {});
    await stream.expectSent(`<iq type='get' id='*' to='capulet.com'>${QUERY}</iq>`);
    const component = await start({}, { kind: 'component', jid: 'echo.example' });
    void component.last.ask(ROMEO, { from: 'nurse@echo.example' }).catch(() => {});
    await component.stream.expectSent(`<iq type='get' id='*' from='nurse@echo.example' to='${ROMEO}'>${QUERY}</iq>`);
  });
});

describe('telling', () => {
  it('tells nothing until that is switched on (XEP-0012 §8)', async () => {
    const { xmpp, last, told } = await start();
    last.serve({ idleSince: () => new Date(0) });
    expect([...xmpp.advertised]).toEqual([]);
    expect(await told(`${ROMEO}/orchard`)).toBe('service-unavailable');
  });

  it('tells contacts what the source says, and strangers what somebody who is away would', async () => {
    const { stream, xmpp, last, told } = await start({ answer: 'contacts' });
    expect([...xmpp.advertised]).toEqual([NS_LAST]);
    const asked: unknown[] = [];
    const registration = last.serve({
      idleSince: async ({ jid, from }) => {
        asked.push([String(jid), String(from)]);
        return new Date(stream.clock.now() - 123_999);
      },
    });
    expect(await told(`${ROMEO}/orchard`)).toBe('123');
    expect(await told('eve@evil.example/x')).toBe('service-unavailable');
    expect(asked).toEqual([[OWN, `${ROMEO}/orchard`]]);
    registration.dispose();
    expect(await told(`${ROMEO}/orchard`)).toBe('service-unavailable');
  });

  it('does not tell what no source says, and never a negative time', async () => {
    const { stream, last, told } = await start({ answer: 'everybody' });
    expect(await told('eve@evil.example/x')).toBe('service-unavailable');
    last.serve({ idleSince: () => new Date(stream.clock.now() + 60_000) });
    expect(await told('eve@evil.example/x')).toBe('0');
    last.serve({ idleSince: () => undefined });
    expect(await told('eve@evil.example/x')).toBe('0');
  });

  it('is gone with the plugin, sources too', async () => {
    const { xmpp, last, told } = await start({ answer: 'everybody' });
    last.serve({ idleSince: () => new Date(0) });
    xmpp.remove(LastActivity);
    expect([...xmpp.advertised]).toEqual([]);
    expect(await told(ROMEO)).toBe('service-unavailable');
    xmpp.use(LastActivity, { answer: 'everybody' });
    expect(await told(ROMEO)).toBe('service-unavailable');
  });
});

describe('a component', () => {
  const component = { kind: 'component', jid: 'echo.example' } as const;

  it('tells everybody how long it runs, and of its addresses what the source of each says', async () => {
    const { stream, last, told } = await start({ answer: 'everybody' }, component);
    await stream.clock.advance(90_500);
    expect(await told('eve@evil.example/x', 'echo.example')).toBe('90');
    expect(await told(ROMEO, 'nurse@echo.example')).toBe('service-unavailable');
    last.serve({ idleSince: () => new Date(stream.clock.now() - 5_000) }, { jid: 'nurse@echo.example' });
    expect(await told(ROMEO, 'nurse@echo.example')).toBe('5');
    expect(await told(ROMEO, 'friar@echo.example')).toBe('service-unavailable');
  });

  it('tells its uptime alone by default, and nothing where that is not wanted', async () => {
    const { last, told } = await start({}, component);
    last.serve({ idleSince: () => new Date(0) });
    expect([await told(ROMEO, 'echo.example'), await told(ROMEO, 'nurse@echo.example')]).toEqual([
      '0',
      'service-unavailable',
    ]);
    const silent = await start({ uptime: false }, component);
    expect([...silent.xmpp.advertised]).toEqual([]);
    expect(await silent.told(ROMEO, 'echo.example')).toBe('service-unavailable');
  });
});
