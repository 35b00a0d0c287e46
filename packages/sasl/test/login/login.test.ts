import {
  DowngradeError,
  MAX_SASL_ROUNDS,
  type SaslEnvironment,
  type SaslExchange,
  SaslLoginError,
  SaslMechanism,
  type SaslProfile,
} from '@sestina/sasl';
import { describe, expect, it } from 'vitest';
import { base64, bytes, fromBase64, rejection, text } from '../support.js';
import { login, type Note, profile, serve, Wire } from './wire.js';

/** Answers whatever it is asked. */
class Chatty extends SaslMechanism {
  readonly name = 'X-CHATTY';
  readonly strength = 100;
  readonly needsTls = false;
  started = 0;

  usable(): boolean {
    return true;
  }

  start(): SaslExchange {
    this.started++;
    return {
      initial: async () => undefined,
      respond: async () => bytes('more'),
      success: async () => {},
    };
  }
}

const SCRAM = ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'];

describe('a login', () => {
  it('takes the strongest mechanism, and resolves with what said so', async () => {
    const wire = new Wire();
    const done = login().run(wire, SCRAM, profile);
    await serve(wire);
    const { mechanism, kind, answer } = await done;
    expect([mechanism, kind, answer.name]).toEqual(['SCRAM-SHA-256', 'success', 'success']);
    expect(wire.sent.map(({ name }) => name)).toEqual(['auth SCRAM-SHA-256', 'response']);
    expect(wire.halted).toBe(true);
  });

  it('reads on behind a success where the stream goes on', async () => {
    const wire = new Wire();
    const done = login().run(wire, ['PLAIN'], { ...profile, restarts: false });
    await serve(wire);
    expect((await done).mechanism).toBe('PLAIN');
    expect(wire.halted).toBe(false);
  });

  it('that is not over yet is verified all the same', async () => {
    const wire = new Wire();
    const done = login().run(wire, ['SCRAM-SHA-1'], profile);
    await wire.next(0);
    wire.say({ name: 'continue', data: base64(bytes('v=AAAA')) });
    expect(await rejection(done)).toMatchObject({ reason: 'server-not-authenticated' });
    const other = new Wire();
    const plain = login().run(other, ['PLAIN'], profile);
    await other.next(0);
    other.say({ name: 'continue' });
    expect((await plain).kind).toBe('continue');
  });

  it('tells no bytes from nothing', async () => {
    const wire = new Wire();
    const external = login({ credentials: () => ({ external: true }) }).run(wire, ['EXTERNAL'], profile);
    expect(await wire.next(0)).toEqual({ name: 'auth EXTERNAL', data: '' });
    wire.say({ name: 'success' });
    await external;
    const chatty = new Wire();
    const nothing = login({ mechanisms: [new Chatty()] }).run(chatty, ['X-CHATTY'], profile);
    expect(await chatty.next(0)).toEqual({ name: 'auth X-CHATTY', data: undefined });
    chatty.say({ name: 'success' });
    await nothing;
  });

  it('asks for credentials once, however many mechanisms are tried', async () => {
    let asked = 0;
    const refused: SaslLoginError[] = [];
    const wire = new Wire();
    const done = login({
      credentials: () => {
        asked++;
        return { username: 'alice', password: 'secret' };
      },
      refused: (error) => refused.push(error),
    }).run(wire, SCRAM, profile);
    await wire.next(0);
    wire.say({ name: 'failure invalid-mechanism' });
    await wire.next(1);
    wire.say({ name: 'failure mechanism-too-weak' });
    await wire.next(2);
    wire.say({ name: 'success' });
    expect((await done).mechanism).toBe('PLAIN');
    expect(asked).toBe(1);
    expect(refused.map(({ mechanism, reason }) => `${mechanism} ${reason}`)).toEqual([
      'SCRAM-SHA-256 invalid-mechanism',
      'SCRAM-SHA-1 mechanism-too-weak',
    ]);
  });

  it('passes on what credentials() rejects with', async () => {
    const cause = new Error('vault');
    const credentials = () => Promise.reject(cause);
    expect(await rejection(login({ credentials }).run(new Wire(), SCRAM, profile))).toBe(cause);
  });

  it('sends nothing once nobody waits for it', async () => {
    const wire = new Wire();
    const reason = new RangeError('enough');
    const done = login({
      credentials: () => {
        wire.controller.abort(reason);
        return { username: 'alice', password: 'secret' };
      },
    }).run(wire, SCRAM, profile);
    expect(await rejection(done)).toBe(reason);
    expect(wire.sent).toEqual([]);

    const later = new Wire();
    const given = rejection(login().run(later, SCRAM, profile));
    const { data } = await later.next(0);
    const nonce = text(fromBase64(data ?? '')).split('r=')[1];
    later.controller.abort(reason);
    later.say({ name: 'challenge', data: base64(bytes(`r=${nonce}x,s=c2FsdA==,i=4096`)) });
    expect(await given).toBe(reason);
    expect(later.sent).toHaveLength(1);
  });
});

describe('a login that fails', () => {
  it.each([
    ['account-disabled', 'account-disabled', false],
    ['temporary-auth-failure', 'temporary-auth-failure', true],
    ['banana', 'not-authorized', false],
    ['', 'not-authorized', false],
  ])('by the condition "%s" has the reason %s', async (condition, reason, retryable) => {
    const wire = new Wire();
    const failed = rejection(login().run(wire, ['SCRAM-SHA-1'], profile));
    await wire.next(0);
    wire.say({ name: `failure ${condition}`, data: 'for\npeople' });
    const error = await failed;
    expect(error).toBeInstanceOf(SaslLoginError);
    expect(error).toMatchObject({
      code: 'login-failed',
      reason,
      retryable,
      mechanism: 'SCRAM-SHA-1',
      text: 'for\npeople',
    });
    expect((error as Error).message).not.toContain('people');
  });

  it('by challenges without end gives up', async () => {
    const wire = new Wire();
    const failed = rejection(login({ mechanisms: [new Chatty()] }).run(wire, ['X-CHATTY'], profile));
    for (let i = 0; i < MAX_SASL_ROUNDS; i++) {
      await wire.next(i);
      wire.say({ name: 'challenge' });
    }
    expect(await failed).toMatchObject({ reason: 'sasl-abort' });
    expect(wire.sent.at(-1)?.name).toBe('abort');
    expect(wire.sent.filter(({ name }) => name === 'response')).toHaveLength(MAX_SASL_ROUNDS);
  });

  it.each<[string, Note]>([
    ['what does not belong here', { name: 'presence' }],
    ['a challenge that is not base64', { name: 'challenge', data: '!!!' }],
  ])('by %s is aborted', async (_, note) => {
    const wire = new Wire();
    const failed = rejection(login().run(wire, ['SCRAM-SHA-1'], profile));
    await wire.next(0);
    wire.say(note);
    expect(await failed).toMatchObject({ reason: 'sasl-abort', mechanism: 'SCRAM-SHA-1' });
    expect(wire.sent.map(({ name }) => name)).toEqual(['auth SCRAM-SHA-1', 'abort']);
  });

  it('by a success that is not base64 sends no byte after it', async () => {
    const wire = new Wire();
    const failed = rejection(login().run(wire, ['SCRAM-SHA-1'], profile));
    await wire.next(0);
    wire.say({ name: 'success', data: '!!!' });
    expect(await failed).toMatchObject({ reason: 'sasl-abort' });
    expect(wire.sent).toHaveLength(1);
  });

  it('by a profile that throws throws nothing where the stream is read', async () => {
    const wire = new Wire();
    const broken = new RangeError('broken profile');
    const throwing: SaslProfile<Note> = {
      ...profile,
      read: () => {
        throw broken;
      },
    };
    const failed = rejection(login().run(wire, ['SCRAM-SHA-1'], throwing));
    await wire.next(0);
    expect(() => wire.say({ name: 'success' })).not.toThrow();
    expect(await failed).toBe(broken);
  });

  it('because nothing may be used says what was offered', async () => {
    const error = await rejection(login().run(new Wire({ secure: false }), ['PLAIN'], profile));
    expect(error).toMatchObject({ reason: 'no-mechanism', mechanism: undefined, cause: { offered: ['PLAIN'] } });
    expect((error as Error).message).toContain('without TLS');
  });
});

describe('a mechanism that is added', () => {
  it('may be chosen until it is taken back', async () => {
    const sasl = login();
    const chatty = new Chatty();
    const added = sasl.addMechanism(chatty);
    const wire = new Wire();
    const done = sasl.run(wire, ['PLAIN', 'X-CHATTY'], profile);
    await wire.next(0);
    wire.say({ name: 'success' });
    expect((await done).mechanism).toBe('X-CHATTY');
    added.dispose();
    added.dispose();
    const again = new Wire();
    const plain = sasl.run(again, ['PLAIN', 'X-CHATTY'], profile);
    await serve(again);
    expect((await plain).mechanism).toBe('PLAIN');
    expect(chatty.started).toBe(1);
  });

  it('twice is taken back one by one', async () => {
    const sasl = login({ mechanisms: [] });
    const chatty = new Chatty();
    const first = sasl.addMechanism(chatty);
    sasl.addMechanism(chatty);
    first.dispose();
    const wire = new Wire();
    const done = sasl.run(wire, ['X-CHATTY'], profile);
    await wire.next(0);
    wire.say({ name: 'success' });
    expect((await done).mechanism).toBe('X-CHATTY');
  });
});

describe('a check', () => {
  it('sees what the server says first, and how the connection is encrypted', async () => {
    const sasl = login();
    const seen: [string | undefined, string | undefined, boolean][] = [];
    const check = sasl.check((attributes, environment: SaslEnvironment) =>
      seen.push([attributes.get('i'), environment.tlsVersion, attributes.has('r')]),
    );
    const wire = new Wire({ tlsVersion: 'TLSv1.3' });
    const done = sasl.run(wire, ['SCRAM-SHA-256'], profile);
    await serve(wire);
    await done;
    expect(seen).toEqual([['4096', 'TLSv1.3', true]]);
    check.dispose();
    const again = new Wire();
    const unseen = sasl.run(again, ['SCRAM-SHA-256'], profile);
    await serve(again);
    await unseen;
    expect(seen).toHaveLength(1);
  });

  it('sees extensions, and ends the login before anything that depends on the password', async () => {
    const sasl = login();
    sasl.check((attributes) => {
      if (attributes.get('t') !== '0304') throw new DowngradeError('another version of TLS', []);
    });
    const wire = new Wire({ tlsVersion: 'TLSv1.3' });
    const failed = rejection(sasl.run(wire, ['SCRAM-SHA-256'], profile));
    const { data } = await wire.next(0);
    const nonce = text(fromBase64(data ?? '')).split('r=')[1];
    wire.say({ name: 'challenge', data: base64(bytes(`r=${nonce}x,s=c2FsdA==,i=4096,t=0303`)) });
    expect(await failed).toMatchObject({ reason: 'downgrade' });
    expect(wire.sent.map(({ name }) => name)).toEqual(['auth SCRAM-SHA-256', 'abort']);
  });
});
