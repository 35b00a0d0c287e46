import { Origin, XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { JID } from '../../../src/jid/index.js';
import { element } from '../../../src/stanza/element.js';
import { childText } from '../../../src/stanza/fields.js';
import { Iq } from '../../../src/stanza/iq.js';
import { OpenRequests } from '../../../src/xmpp/iq/open-requests.js';
import { Plugin } from '../../../src/xmpp/plugins/plugin.js';
import { xml } from '../../helpers/received.js';
import { ManualClock } from '../../helpers/stream-clock.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online } from '../../helpers/stream-xmpp.js';

watchRejections();

class Ping extends element('ping', 'urn:xmpp:ping', { text: childText('text') }) {}
class Broken extends element('broken', 'urn:xmpp:broken') {
  constructor(xml?: XmlElement) {
    super(xml as never);
    throw new Error('this class cannot be made');
  }
}
class Told extends Plugin {
  static override readonly id = 'told';
  readonly told: string[] = [];
  override sessionStart(): void {
    this.told.push('start');
  }
  override sessionEnd(): void {
    this.told.push('end');
  }
}

const PING = "<iq type='get' id='p1' from='bob@example.net/x'><ping xmlns='urn:xmpp:ping'/></iq>";

describe('who asked is answered', () => {
  it('where the answer is too large', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Ping, () => new Ping({ text: 'x'.repeat(300_000) }));
    await xmpp.receive(PING);
    await xmpp.manualClock.idle();
    const text = xmpp.wire.take();
    expect(text).toContain("type='error' id='p1' to='bob@example.net/x'");
    expect(text).toContain('<internal-server-error');
  });

  it('where an out filter drops the answer', async () => {
    const xmpp = await online();
    xmpp.addFilter('out', (stanza) => (stanza.xml.attribute('type') === 'result' ? undefined : stanza));
    xmpp.onIq('get', Ping, () => {});
    await xmpp.receive(PING);
    await xmpp.manualClock.idle();
    expect(xmpp.wire.take()).toContain("type='error' id='p1'");
  });
});

it('a stanza class whose constructor throws ends neither the process nor the connection', async () => {
  const xmpp = await online();
  xmpp.registerStanza(Broken);
  await xmpp.receive("<broken xmlns='urn:xmpp:broken'/>");
  expect(xmpp.log.at('error').join()).toContain('this class cannot be made');
  expect(xmpp.state).toBe('online');
});

it('a plugin that is removed after the loss of a session is told of its end, once', async () => {
  const xmpp = await online({ reconnect: false });
  const plugin = xmpp.use(Told);
  xmpp.on('disconnected', () => xmpp.remove(Told));
  xmpp.cut();
  await xmpp.manualClock.idle();
  expect(plugin.told).toEqual(['start', 'end']);
});

describe('a request that was answered', () => {
  const request = (clock: ManualClock) => {
    const late: Iq[] = [];
    const open = new OpenRequests(
      clock,
      (iq) => late.push(iq),
      () => true,
    );
    const iq = new Iq(xml(PING.replace('<iq ', "<iq xmlns='jabber:client' ")));
    // As admission has read it.
    iq.xml.origin?.setAddresses(JID.from('bob@example.net/x'), undefined);
    iq.xml.origin?.seal();
    open.add(iq);
    return { open, iq, late };
  };
  const answer = new XmlElement('iq', 'jabber:client', { type: 'result', id: 'p1', to: 'bob@example.net/x' });

  it('is forgotten, whether it waited for its handlers or for an answer that need not come', async () => {
    for (const waits of [false, true]) {
      const clock = new ManualClock();
      const { open, iq, late } = request(clock);
      if (waits) open.called(iq);
      const origin = open.find(answer, false);
      expect(origin).toBe(iq.xml.origin);
      if (!origin) return;
      origin.answered = true;
      open.answered(origin);
      if (!waits) open.called(iq);
      expect(open.find(answer, false)).toBeUndefined();
      await clock.advance(200_000);
      expect(late).toEqual([]);
      expect(clock.pending).toBe(0);
    }
  });

  it('gives way to others beyond 4 MiB, that of a stranger before those of anybody else', async () => {
    const clock = new ManualClock();
    const late: string[] = [];
    const isStranger = ({ id }: Iq): boolean => id?.startsWith('s') === true;
    const open = new OpenRequests(clock, ({ id }) => void late.push(`${id}`), isStranger);
    const ask = (id: string, size: number): void => {
      const iq = new Iq(new XmlElement('iq', 'jabber:client', { type: 'get', id }).append('x'.repeat(size)));
      iq.xml.origin = new Origin();
      iq.xml.origin.seal();
      open.add(iq);
      open.called(iq);
    };
    ask('ours', 1_000_000);
    for (const id of ['s1', 's2', 's3']) ask(id, 1_000_000);
    expect(late).toEqual([]);
    ask('s4', 1_000_000);
    expect(late).toEqual(['s1']);
    ask('s5', 3_500_000);
    // There is no room for it beside ours.
    expect(late).toEqual(['s1', 's2', 's3', 's4', 's5']);
    await clock.advance(60_000);
    expect(late.at(-1)).toBe('ours');
  });

  it('is remembered where its handler is still at work: a second answer is known for one', () => {
    const { open, iq } = request(new ManualClock());
    const origin = open.find(answer, false);
    if (origin) {
      origin.answered = true;
      open.answered(origin);
    }
    expect(open.find(answer, false)).toBe(iq.xml.origin);
    open.forget(iq);
    expect(open.find(answer, false)).toBeUndefined();
  });
});
