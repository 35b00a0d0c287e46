import { describe, expect, it } from 'vitest';
import { DisconnectedError, TimeoutError } from '../../src/errors.js';
import { BaseXMPP } from '../../src/xmpp/base-xmpp.js';
import { Plugin } from '../../src/xmpp/plugins/plugin.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

interface RoomEvents {
  subject: { readonly text: string };
  joined: string;
}

describe('the events of an object', () => {
  it('come in one order with those of the connection', async () => {
    const xmpp = await online();
    const room = xmpp.createEvents<RoomEvents>('room');
    const order: string[] = [];
    room.on('joined', (nick) => order.push(nick));
    room.once('joined', (nick) => order.push(`once ${nick}`));
    xmpp.on('sessionEnd', () => order.push('connection'));
    room.emit('joined', 'a');
    xmpp.emit('sessionEnd', { reason: new Error('x') });
    room.emit('joined', 'b');
    expect(order).toEqual([]);
    await xmpp.manualClock.idle();
    expect(order).toEqual(['a', 'once a', 'connection', 'b']);
    room.emit('joined', 'now', { direct: true });
    expect(order.at(-1)).toBe('now');
    expect(room.listenerCount('joined')).toBe(1);
  });

  it('are those of this object alone', async () => {
    const xmpp = await online();
    const [one, two] = [xmpp.createEvents<RoomEvents>('one'), xmpp.createEvents<RoomEvents>('two')];
    const seen: string[] = [];
    one.on('joined', (nick) => seen.push(nick));
    two.emit('joined', 'two');
    await xmpp.manualClock.idle();
    expect(seen).toEqual([]);
  });

  it('can be waited for and gone through', async () => {
    const xmpp = await online();
    const room = xmpp.createEvents<RoomEvents>('room');
    const subject = room.wait('subject', { filter: ({ text }) => text !== '' });
    const nicks: string[] = [];
    const loop = (async () => {
      for await (const nick of room.events('joined')) if (nicks.push(nick) === 2) break;
    })();
    room.emit('subject', { text: '' });
    room.emit('subject', { text: 'x' });
    for (const nick of ['a', 'b', 'c']) room.emit('joined', nick);
    expect(await subject).toEqual({ text: 'x' });
    await loop;
    expect(nicks).toEqual(['a', 'b']);
    await xmpp.manualClock.idle();
    const late = expect(room.wait('joined', { timeout: 50 })).rejects.toBeInstanceOf(TimeoutError);
    await xmpp.manualClock.advance(50);
    await late;
  });

  it('let what is waited for be read however much waits for the handlers, as those of the connection do', async () => {
    const xmpp = await online({ maxUnhandled: 1 });
    const room = xmpp.createEvents<RoomEvents>('room');
    xmpp.onMessage(() => new Promise(() => {}));
    for (let i = 0; i < 3; i++) await xmpp.receive("<message from='bob@example.net/x'><body>x</body></message>");
    expect(xmpp.wire.paused).toBe(true);
    const joined = room.wait('joined');
    expect(xmpp.wire.paused).toBe(false);
    room.emit('joined', 'a');
    await joined;
    expect(xmpp.wire.paused).toBe(true);
  });

  it('report a listener that throws by the name of the object', async () => {
    const xmpp = await online();
    const room = xmpp.createEvents<RoomEvents>('room');
    room.on('joined', () => {
      throw new Error('boom');
    });
    room.emit('joined', 'a');
    await xmpp.manualClock.idle();
    expect(xmpp.log.at('error')).toEqual(['listener of room joined: boom']);
    for (let i = 0; i < 101; i++) room.on('subject', () => {});
    expect(xmpp.log.at('warn').join()).toContain('listeners of "room subject"');
  });
});

describe('dispose() of an emitter', () => {
  it('rejects waits, ends iterations, forgets listeners, what is queued included', async () => {
    const xmpp = await online();
    const room = xmpp.createEvents<RoomEvents>('room');
    const seen: string[] = [];
    room.on('joined', (nick) => seen.push(nick));
    const waits = [room.wait('joined'), room.wait('subject')];
    const iterator = room.events('joined');
    const next = iterator.next();
    room.emit('joined', 'late');
    room.dispose();
    room.dispose(new Error('another'));
    for (const outcome of await Promise.allSettled(waits)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'room: no more events will come' } });
    }
    expect(await next).toEqual({ value: undefined, done: true });
    await xmpp.manualClock.idle();
    expect([seen, room.disposed, room.listenerCount('joined')]).toEqual([[], true, 0]);
    expect(xmpp.manualClock.pending).toBe((await online()).manualClock.pending);
  });

  it('gives its reason to who comes later, and listens no more', async () => {
    const xmpp = await online();
    const room = xmpp.createEvents<RoomEvents>('room');
    const reason = new Error('kicked');
    const told: string[] = [];
    room.whenDisposed(() => told.push('before'));
    room.dispose(reason);
    room.whenDisposed(() => told.push('after'));
    expect(told).toEqual(['before', 'after']);
    await expect(room.wait('joined')).rejects.toBe(reason);
    expect(await room.events('joined').next()).toEqual({ value: undefined, done: true });
    const seen: string[] = [];
    expect([room.on('joined', (nick) => seen.push(nick)).disposed, room.once('joined', () => {}).disposed]).toEqual([
      true,
      true,
    ]);
    room.emit('joined', 'x');
    room.emit('joined', 'x', { direct: true });
    await xmpp.manualClock.idle();
    expect(seen).toEqual([]);
  });

  it('comes with the plugin that owns it', async () => {
    class Rooms extends Plugin {
      static override readonly id = 'rooms';
      static override readonly inject = [BaseXMPP] as const;
      readonly #xmpp: BaseXMPP;
      constructor(xmpp: BaseXMPP) {
        super();
        this.#xmpp = xmpp;
      }
      enter() {
        return this.own(this.#xmpp.createEvents<RoomEvents>('room'));
      }
    }
    const xmpp = new TestXMPP();
    const rooms = xmpp.use(Rooms);
    const [left, room] = [rooms.enter(), rooms.enter()];
    left.dispose();
    const wait = expect(room.wait('joined')).rejects.toBeInstanceOf(DisconnectedError);
    xmpp.remove(Rooms);
    await wait;
    expect(rooms.enter().disposed).toBe(true);
  });

  it('comes where the constructor throws that made it', async () => {
    let room: { readonly disposed: boolean } | undefined;
    class Failing extends Plugin {
      static override readonly id = 'failing';
      static override readonly inject = [BaseXMPP] as const;
      constructor(xmpp: BaseXMPP) {
        super();
        room = xmpp.createEvents<RoomEvents>('room');
        throw new RangeError('no');
      }
    }
    expect(() => new TestXMPP().use(Failing)).toThrow(RangeError);
    expect(room?.disposed).toBe(true);
  });
});
