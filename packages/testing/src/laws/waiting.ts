import { inWorld } from './living.js';
import type { Subject, World } from './world.js';

const HOOKS = ['sessionStart', 'sessionResumed', 'sessionRestored', 'sessionEnd', 'disposeOwned'];
/** Longer than any wait may take: an hour, in milliseconds. */
const LONG = 3_600_000;

interface Watched {
  state: 'pending' | 'rejected' | 'resolved';
  reason: unknown;
}

/** Begins a wait, and follows what becomes of it. */
function begin(world: World, name: string, signal: AbortSignal): Watched {
  const watched: Watched = { state: 'pending', reason: undefined };
  const work = async (): Promise<void> => {
    const call = world.subject.declaration.waits?.[name];
    const given = await (typeof call === 'function' ? call : call?.local)?.(world.plugin, signal, world);
    if (isIterable(given)) for await (const _ of given);
  };
  work().then(
    () => {
      watched.state = 'resolved';
    },
    (reason: unknown) => {
      watched.state = 'rejected';
      watched.reason = reason;
    },
  );
  return watched;
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Until it waits, or has settled: what it does before takes several turns. */
async function settled(world: World): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await world.stream.idle();
}

async function started(world: World, name: string, signal: AbortSignal): Promise<Watched> {
  await world.install();
  world.silence();
  const watched = begin(world, name, signal);
  await settled(world);
  if (watched.state === 'pending') return watched;
  const why = watched.reason instanceof Error ? `: ${watched.reason.message}` : '';
  throw world.broken(`the call that is declared for ${name}() does not wait, it has ${watched.state}${why}`);
}

/** The calls that wait for a peer. */
function waitsOf({ declaration }: Subject): string[] {
  const calls = Object.entries(declaration.waits ?? {});
  return calls.filter(([, call]) => typeof call === 'function').map(([name]) => name);
}

/** Removed during each of its waits: who waits is told, nothing is left, and what comes late does no harm. */
export async function endsItsWaits(subject: Subject): Promise<void> {
  for (const name of waitsOf(subject)) {
    await inWorld(subject, {}, async (world) => {
      const before = await world.list();
      const wait = await started(world, name, new AbortController().signal);
      world.xmpp.remove(subject.cls);
      await settled(world);
      if (wait.state !== 'rejected') throw world.broken(`${name}() is ${wait.state} once the plugin is removed`);
      await world.expectNothingBeyond(before, `removed during ${name}() it`);
      await answerLate(world);
      world.expectNoErrors(`an answer after the plugin was removed during ${name}()`);
    });
  }
  // What it does of itself waits too.
  await inWorld(subject, {}, async (world) => {
    const before = await world.list();
    world.silence();
    await world.install();
    await world.remove();
    await world.expectNothingBeyond(before, 'removed while its sessionStart() runs it');
    await answerLate(world);
    world.expectNoErrors('removed while its sessionStart() runs');
  });
}

async function answerLate(world: World): Promise<void> {
  for (const request of [...world.stream.sent]) {
    if (request.name === 'iq' && /^(?:get|set)$/.test(request.attribute('type') ?? '')) {
      await world.stream.recvResult(request);
      await world.stream.recvError(request, 'item-not-found');
    }
  }
}

/** Every public method that waits takes a signal, and gives up in the end without one. */
export async function heedsSignals(subject: Subject): Promise<void> {
  for (const name of waitsOf(subject)) {
    const reason = new Error('the caller has given up');
    await inWorld(subject, {}, async (world) => {
      await world.install();
      world.silence();
      const wait = begin(world, name, AbortSignal.abort(reason));
      await settled(world);
      if (wait.state !== 'rejected' || wait.reason !== reason)
        throw world.broken(`${name}() is ${wait.state} with a signal that was aborted before${because(wait)}`);
    });
    await inWorld(subject, {}, async (world) => {
      const controller = new AbortController();
      const wait = await started(world, name, controller.signal);
      controller.abort(reason);
      await settled(world);
      if (wait.state !== 'rejected' || wait.reason !== reason)
        throw world.broken(`${name}() is ${wait.state} when its signal is aborted${because(wait)}`);
    });
    await inWorld(subject, {}, async (world) => {
      const wait = await started(world, name, new AbortController().signal);
      await world.clock.advance(LONG);
      if (wait.state === 'pending') throw world.broken(`${name}() waits for ever where nobody answers`);
    });
  }
  const names = Object.keys(subject.declaration.waits ?? {});
  await inWorld(subject, {}, async (world) => {
    await world.install();
    world.silence();
    for (const name of names) {
      if (typeof subject.declaration.waits?.[name] === 'function') continue;
      const wait = begin(world, name, new AbortController().signal);
      await world.clock.advance(LONG);
      if (wait.state === 'pending') throw world.broken(`${name}() waits, though it is declared as local`);
    }
    for (const name of publicMethods(subject)) {
      if (names.includes(name)) continue;
      const given = attempt(() => (world.plugin as unknown as Record<string, () => unknown>)[name]?.());
      if (isIterable(given) || given instanceof Promise) {
        if (given instanceof Promise) given.catch(() => {});
        throw world.broken(`${name}() waits, and its declaration has no call of it under waits`);
      }
    }
  });
}

function because({ reason }: Watched): string {
  return reason instanceof Error ? `: ${reason.message}` : '';
}

/** The methods of the class and of those above it, up to `Plugin`. */
function publicMethods({ cls }: Subject): string[] {
  const names: string[] = [];
  for (let at: object = cls.prototype; !Object.hasOwn(at, 'disposeOwned'); at = Object.getPrototypeOf(at)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && name !== 'constructor' && !HOOKS.includes(name)) names.push(name);
    }
  }
  return names;
}

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    // It wants to be given something, and does not wait to say so.
    return undefined;
  }
}
