import { describe, expect, it } from 'vitest';
import { DisconnectedError } from '../../../src/errors.js';
import { element } from '../../../src/stanza/element.js';
import type { SessionOutcome } from '../../../src/stream/session.js';
import { BaseXMPP } from '../../../src/xmpp/base-xmpp.js';
import { Plugin } from '../../../src/xmpp/plugins/plugin.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { MemoryTransport, serve } from '../../helpers/stream-transport.js';
import { online, TestXMPP } from '../../helpers/stream-xmpp.js';

watchRejections();

class Question extends element('question', 'urn:example:question') {}

describe('plugins and their session', () => {
  class Watching extends Plugin {
    static override readonly id = 'watching';
    static override readonly inject = [BaseXMPP] as const;
    readonly seen: string[] = [];

    constructor(readonly xmpp: BaseXMPP) {
      super();
    }

    override sessionStart(): void {
      this.seen.push('start');
    }
    override sessionResumed(): void {
      this.seen.push('resumed');
    }
    override sessionEnd(): void {
      this.seen.push('end');
    }
  }

  it('are told of each new session, each resumed one and each end, before the listeners are', async () => {
    const outcomes: SessionOutcome[] = ['new', 'resumed', 'new'];
    const xmpp = new TestXMPP({
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        return outcomes.shift() ?? 'new';
      },
    });
    const plugin = xmpp.use(Watching);
    expect(plugin.xmpp).toBe(xmpp);
    xmpp.keepSession({ keeps: () => true });
    for (const name of ['sessionStart', 'sessionResumed', 'sessionEnd'] as const) {
      xmpp.on(name, () => plugin.seen.push(name));
    }
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(plugin.seen.splice(0)).toEqual(['start', 'sessionStart']);
    xmpp.wire.close();
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(plugin.seen.splice(0)).toEqual(['resumed', 'sessionResumed']);
    xmpp.wire.close();
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(plugin.seen.splice(0)).toEqual(['end', 'sessionEnd', 'start', 'sessionStart']);
    await xmpp.dispose();
    expect(plugin.seen).toEqual(['end', 'sessionEnd']);
  });

  it('are told once of the session that is there when they are installed', async () => {
    const xmpp = await online();
    const plugin = xmpp.use(Watching);
    expect(xmpp.use(Watching)).toBe(plugin);
    await xmpp.manualClock.idle();
    expect(plugin.seen).toEqual(['start']);
  });

  it('are told once where they are installed in the moment in which it starts', async () => {
    let plugin: Watching | undefined;
    class Early extends TestXMPP {
      protected override sessionBegins(outcome: SessionOutcome): void {
        super.sessionBegins(outcome);
        plugin = this.use(Watching);
      }
    }
    const xmpp = new Early();
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(plugin?.seen).toEqual(['start']);
  });

  it('hear of start and end in pairs, also of a session that is lost at once', async () => {
    const xmpp = new TestXMPP({
      reconnect: false,
      transport: () => serve(new MemoryTransport(), '<stream:features/></stream:stream>'),
    });
    const plugin = xmpp.use(Watching);
    await xmpp.connect().catch(() => {});
    await xmpp.manualClock.idle();
    expect([[], ['start', 'end']]).toContainEqual(plugin.seen);
    const other = await online({ reconnect: false });
    const second = other.use(Watching);
    other.wire.close();
    await other.manualClock.idle();
    expect(second.seen).toEqual(['start', 'end']);
  });

  it('are resolvable with their connection and never shared with another', async () => {
    const [one, two] = [new TestXMPP(), new TestXMPP()];
    expect(one.use(Watching)).not.toBe(two.use(Watching));
    expect(one.plugin(Watching).xmpp).toBe(one);
    expect(two.plugin(Watching).xmpp).toBe(two);
  });
});

it('a hook that waits for an answer when the session is lost reports nothing', async () => {
  class Asking extends Plugin {
    static override readonly id = 'asking';
    static override readonly inject = [BaseXMPP] as const;

    constructor(readonly xmpp: BaseXMPP) {
      super();
    }

    override async sessionStart(signal: AbortSignal): Promise<void> {
      await this.xmpp.request(this.xmpp.iq({ type: 'get' }, new Question()), { signal });
    }
  }
  const errors: Error[] = [];
  const xmpp = new TestXMPP();
  xmpp.on('error', ({ error }) => errors.push(error));
  xmpp.use(Asking);
  await xmpp.connect();
  await xmpp.manualClock.idle();
  expect(xmpp.pendingRequests).toBe(1);
  xmpp.wire.close();
  await xmpp.manualClock.idle();
  expect(xmpp.pendingRequests).toBe(0);
  expect(errors).toEqual([]);
  await xmpp.dispose();
});

describe('the signal of the session', () => {
  it('is aborted before the first one', () => {
    expect(new TestXMPP().session.reason).toBeInstanceOf(DisconnectedError);
  });

  it('aborts at the end for the reason of the event; the next session has another', async () => {
    const xmpp = await online();
    const { session } = xmpp;
    const ended = xmpp.wait('sessionEnd');
    expect([session.aborted, xmpp.session]).toEqual([false, session]);
    xmpp.wire.close();
    await xmpp.connect();
    expect(session.reason).toBe((await ended).reason);
    expect(xmpp.session.aborted).toBe(false);
    await xmpp.dispose();
    expect(xmpp.session.reason).toMatchObject({ message: 'disconnect() was called' });
  });

  it('goes on where the session is resumed, and not where it is another one that the server had kept', async () => {
    const outcomes: SessionOutcome[] = ['new', 'resumed', 'restored'];
    const xmpp = new TestXMPP({
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        return outcomes.shift() ?? 'new';
      },
    });
    xmpp.keepSession({ keeps: () => true });
    await xmpp.connect();
    const { session } = xmpp;
    xmpp.wire.close();
    await xmpp.connect();
    expect([session.aborted, xmpp.session]).toEqual([false, session]);
    xmpp.wire.close();
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect([session.aborted, xmpp.session.aborted]).toEqual([true, false]);
  });

  it('aborts after the answers that came before the loss', async () => {
    const xmpp = await online({ reconnect: false });
    const order: string[] = [];
    xmpp.session.addEventListener('abort', () => order.push('abort'));
    xmpp.on('message', () => order.push('message'));
    xmpp.wire.receive("<message from='bob@example.net/x'><body>x</body></message></stream:stream>");
    await xmpp.manualClock.idle();
    expect(order).toEqual(['message', 'abort']);
  });
});

describe('sessionReady', () => {
  class Slow extends Plugin {
    static override readonly id = 'slow';
    finish: () => void = () => {};
    override sessionStart(): Promise<void> {
      return new Promise((resolve) => {
        this.finish = resolve;
      });
    }
  }

  it('comes after sessionStart, once the plugins are done', async () => {
    const xmpp = new TestXMPP();
    const order: string[] = [];
    for (const name of ['sessionStart', 'sessionReady'] as const) xmpp.on(name, () => order.push(name));
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(order.splice(0)).toEqual(['sessionStart', 'sessionReady']);
    xmpp.use(Slow);
    xmpp.wire.close();
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(order.splice(0)).toEqual(['sessionStart']);
    xmpp.plugin(Slow).finish();
    await xmpp.manualClock.idle();
    expect(order).toEqual(['sessionReady']);
  });

  it('does not come for a session that is over', async () => {
    const xmpp = new TestXMPP({ reconnect: false });
    const ready: unknown[] = [];
    xmpp.on('sessionReady', (event) => ready.push(event));
    const slow = xmpp.use(Slow);
    await xmpp.connect();
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    slow.finish();
    await xmpp.manualClock.idle();
    expect(ready).toEqual([]);
  });
});
