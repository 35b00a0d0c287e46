import {
  type AskOptions,
  type Audience,
  attr,
  BaseXMPP,
  ConfigError,
  element,
  Message,
  Plugin,
  type PluginClass,
  StanzaError,
  Storage,
} from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { LawBrokenError, pluginLaws } from '../src/laws.js';

const NS = 'urn:example:law';
class Question extends element('question', NS) {}
class Push extends element('push', NS, { key: attr('key') }) {}

class GoodOptions {
  answer: Audience = 'contacts';
  wait = 1_000;
  loud = false;
}

/** Breaks none of them; the bad ones differ from it in one thing each. */
class Good extends Plugin {
  static override readonly id: string = 'good';
  static override readonly Options = GoodOptions;
  static override readonly inject = [BaseXMPP, GoodOptions] as const;

  constructor(
    protected readonly xmpp: BaseXMPP,
    { answer, wait, loud }: GoodOptions,
  ) {
    super();
    Object.defineProperty(this, 'xmpp', { enumerable: false });
    if (typeof answer !== 'function' && !['account', 'contacts', 'everybody', 'nobody'].includes(answer))
      throw new ConfigError('answer is an audience', 'answer');
    if (!(typeof wait === 'number' && wait >= 0)) throw new ConfigError('wait is a number from 0', 'wait');
    if (typeof loud !== 'boolean') throw new ConfigError('loud is true or false', 'loud');
    this.own(
      xmpp.advertise(NS),
      xmpp.onIq('get', Question, async (_question, { from, to }) => {
        if (!(await xmpp.admits(answer, from, to))) throw new StanzaError('service-unavailable');
      }),
      xmpp.onIq('set', Push, () => xmpp.emit('featuresChanged', { features: [] }), { from: 'account' }),
    );
  }

  ask(to: string, options: AskOptions = {}): Promise<unknown> {
    return this.untilRemoved(options.signal, (signal) => this.xmpp.iqGet(to, new Question(), { ...options, signal }));
  }
}

const asked = (id: string) =>
  `<iq type='get' id='${id}' from='juliet@capulet.example/balcony'><question xmlns='${NS}'/></iq>`;
const pushed = `<iq type='set' id='p1' from='alice@example.org'><push xmlns='${NS}'/></iq>`;
const declaration = {
  unasked: [
    { payload: Question, from: asked('q1') },
    { payload: Push, from: pushed },
  ],
  waits: { ask: (good: Good, signal: AbortSignal) => good.ask('juliet@capulet.example', { signal }) },
};

/** What the laws find, by the name of the law. */
async function broken(plugin: typeof Good, more: object = {}): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name, check } of pluginLaws(plugin, { ...declaration, ...more })) {
    try {
      await check();
    } catch (error) {
      expect(error).toBeInstanceOf(LawBrokenError);
      found[name] = (error as LawBrokenError).fault;
    }
  }
  return found;
}

describe('a plugin that keeps the laws', () => {
  it('breaks none', async () => {
    expect(await broken(Good)).toEqual({});
  });
});

describe('leaves nothing behind when it is removed', () => {
  const law = 'leaves nothing behind when it is removed';

  it.each<[string, (xmpp: BaseXMPP) => void, string]>([
    ['a listener', (xmpp) => void xmpp.on('presence', () => {}), 'registration'],
    ['a feature', (xmpp) => void xmpp.advertise('urn:example:left'), 'feature urn:example:left'],
    ['a handler', (xmpp) => void xmpp.onMessage(() => {}), 'registration'],
    ['a filter', (xmpp) => void xmpp.addFilter('in', (stanza) => stanza), 'registration'],
    ['a decorator', (xmpp) => void xmpp.decoratePresence(() => {}), 'registration'],
    ['a timer', (xmpp) => void xmpp.clock.setTimer(1_000, () => {}), 'timer'],
    ['a task', (xmpp) => void xmpp.schedule('left', 1_000, () => {}), 'task left'],
    ['a wait', (xmpp) => void xmpp.wait('presence', { timeout: 1e9 }).catch(() => {}), "wait('presence')"],
    [
      'what is stored under another name',
      (xmpp) => void xmpp.scope.resolve<Storage>(Storage as never).set('x', ''),
      'stored under x',
    ],
  ])('catches %s', async (_what, leave, where) => {
    class Untidy extends Good {
      static override readonly id = 'untidy';
      constructor(xmpp: BaseXMPP, options: GoodOptions) {
        super(xmpp, options);
        leave(xmpp);
      }
    }
    expect((await broken(Untidy))[law]).toContain(where);
  });

  it('catches a timer that runs on behind the end of the connection', async () => {
    class Restless extends Good {
      constructor(xmpp: BaseXMPP, options: GoodOptions) {
        super(xmpp, options);
        this.lifetime.addEventListener('abort', () => void xmpp.clock.setTimer(1_000, () => {}));
      }
    }
    expect(await broken(Restless)).toHaveProperty([law]);
  });
});

it('catches a wait that goes on behind the removal', async () => {
  class Patient extends Good {
    override ask(to: string, options: AskOptions = {}): Promise<unknown> {
      return this.xmpp.iqGet(to, new Question(), options);
    }
  }
  expect(await broken(Patient)).toEqual({
    'ends its waits when it is removed': 'ask() is pending once the plugin is removed',
  });
});

it('catches a session hook that reports an error when the plugin is gone', async () => {
  class Asking extends Good {
    override async sessionStart(): Promise<void> {
      const answer = this.xmpp.iqGet('example.org', new Question(), { signal: this.lifetime });
      await answer.catch(() => {});
      if (this.lifetime.aborted) this.xmpp.reportError(new Error('too late'), 'asking');
    }
  }
  expect((await broken(Asking))['ends its waits when it is removed']).toContain('too late');
});

describe('shares nothing between two connections', () => {
  const law = 'shares nothing between two connections';

  it('catches an object that both can write to', async () => {
    const shared = new Map();
    class Sharing extends Good {
      readonly known = shared;
    }
    expect(await broken(Sharing)).toEqual({ [law]: 'two connections share known' });
  });

  it('catches what happens on one and is heard on the other', async () => {
    const all = new Set<BaseXMPP>();
    class Loud extends Good {
      constructor(xmpp: BaseXMPP, options: GoodOptions) {
        super(xmpp, options);
        all.add(xmpp);
        this.own({ dispose: () => void all.delete(xmpp) });
        this.own(
          xmpp.onMessage(() => {
            for (const one of all) one.sendPresence({ status: 'somebody writes' });
          }),
        );
      }
    }
    const message = `<message from='juliet@capulet.example/balcony'><body>Hark</body></message>`;
    const more = { unasked: [...declaration.unasked, { payload: Message, from: message, believed: () => false }] };
    expect((await broken(Loud, more))[law]).toContain('is answered on another');
  });
});

describe('lives through sessions that are resumed, lost and restored', () => {
  const law = 'lives through sessions that are resumed, lost and restored';

  it('catches what piles up', async () => {
    class Hoarding extends Good {
      override sessionStart(): void {
        this.own(this.xmpp.on('presence', () => {}));
      }
    }
    expect((await broken(Hoarding))[law]).toContain('more is there in session');
  });

  it('catches what is sent again in a session that was resumed', async () => {
    class Repeating extends Good {
      override sessionResumed(): void {
        this.xmpp.sendPresence();
      }
    }
    expect((await broken(Repeating))[law]).toContain('where a session was resumed');
  });

  it('catches a hook that fails', async () => {
    class Failing extends Good {
      override sessionEnd(): void {
        throw new Error('no end');
      }
    }
    expect((await broken(Failing))[law]).toContain('no end');
  });
});

describe('believes no forged sender', () => {
  const law = 'believes no forged sender';

  it('catches an answer to strangers', async () => {
    class Open extends Good {
      constructor(xmpp: BaseXMPP, options: GoodOptions) {
        super(xmpp, { ...options, answer: 'everybody' });
      }
    }
    expect((await broken(Open))[law]).toContain('from mallory@evil.example/x: sent <iq');
  });

  it('catches a payload of which nothing is declared', async () => {
    expect((await broken(Good, { unasked: [] }))[law]).toContain('say from whom');
  });

  it('catches a sample that changes nothing', async () => {
    const sample = { payload: Push, from: pushed.replace('alice@', 'bob@') };
    expect((await broken(Good, { unasked: [declaration.unasked[0], sample] }))[law]).toContain('changes nothing');
  });
});

describe('works on a client and a component, or is refused by name', () => {
  const law = 'works on a client and a component, or is refused by name';

  it('catches one that fails on a component', async () => {
    class ClientAlone extends Good {
      override sessionStart(): void {
        if (this.xmpp.isComponent) throw new Error('there is no account');
      }
    }
    expect(await broken(ClientAlone)).toEqual({ [law]: expect.stringContaining('there is no account') });
  });

  it('takes one that says what it is for', async () => {
    class ForClients extends Good {
      static override readonly kinds = ['client'] as const;
    }
    expect(await broken(ForClients as unknown as typeof Good)).toEqual({});
  });
});

describe('takes a signal wherever it waits', () => {
  const law = 'takes a signal wherever it waits';

  it('catches one that heeds none', async () => {
    class Deaf extends Good {
      override ask(to: string): Promise<unknown> {
        return this.untilRemoved(undefined, (signal) => this.xmpp.iqGet(to, new Question(), { signal }));
      }
    }
    expect(await broken(Deaf)).toEqual({ [law]: expect.stringContaining('ask() is pending with a signal') });
  });

  it('catches one that waits for ever', async () => {
    class Endless extends Good {
      override ask(_to: string, { signal }: AskOptions = {}): Promise<unknown> {
        return this.untilRemoved(
          signal,
          (both) =>
            new Promise((_, reject) => {
              if (both.aborted) reject(both.reason);
              both.addEventListener('abort', () => reject(both.reason));
            }),
        );
      }
    }
    expect(await broken(Endless)).toEqual({ [law]: 'ask() waits for ever where nobody answers' });
  });

  it('catches a method that is not declared', async () => {
    class More extends Good {
      async more(): Promise<void> {}
    }
    expect((await broken(More))[law]).toContain('more() waits');
  });
});

it('catches an option that takes anything', async () => {
  class AnyOptions extends GoodOptions {
    more = 1;
  }
  class Lax extends Good {
    static override readonly Options = AnyOptions;
    static override readonly inject = [BaseXMPP, AnyOptions] as const;
  }
  expect(await broken(Lax)).toEqual({ 'refuses bad options': 'it takes NaN for its option more' });
});

it('catches one that looks into everything', async () => {
  class Curious extends Good {
    constructor(xmpp: BaseXMPP, options: GoodOptions) {
      super(xmpp, options);
      this.own(xmpp.onPresence(({ xml }) => void [...xml.elements()].map((child) => child.attribute('key'))));
    }
  }
  expect(await broken(Curious)).toEqual({
    'decodes nothing that does not concern it': expect.stringContaining('looks into a payload'),
  });
});

it('asks the compiler for what has to be declared', () => {
  // @ts-expect-error ask() waits, and there is no call of it.
  const none: Parameters<typeof pluginLaws<typeof Good>>[1] = {};
  // @ts-expect-error there is no method of that type.
  const wrong: Parameters<typeof pluginLaws<typeof Good>>[1] = { waits: { ask: 5 } };
  expect([none, wrong]).toHaveLength(2);
  expect(Good satisfies PluginClass).toBe(Good);
});
