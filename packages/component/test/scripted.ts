import { type ComponentOptions, ComponentXMPP } from '@sestina/component';
import { SilentLogger } from '@sestina/core';
import { ScriptedStream, SeededRandom } from '@sestina/testing';
import { SECRET } from './support.js';

export interface Scripted {
  readonly stream: ScriptedStream;
  readonly component: ComponentXMPP;
}

/** A component past its handshake, with the test as its server. */
export async function scripted(
  options: Partial<ComponentOptions> = {},
  before: (component: ComponentXMPP) => void = () => {},
): Promise<Scripted> {
  let component: ComponentXMPP | undefined;
  const stream = await ScriptedStream.start({
    connect: (transports, clock) => {
      component = new ComponentXMPP({
        jid: 'bot.example.org',
        secret: SECRET,
        reconnect: false,
        keepAlive: false,
        logger: new SilentLogger(),
        random: new SeededRandom(1),
        ...options,
        transports,
        clock,
      });
      before(component);
      return component;
    },
  });
  if (!component) throw new Error('there is no component');
  await stream.nextSent({ timeout: 30_000 });
  await stream.recv('<handshake/>');
  await stream.session;
  return { stream, component };
}
