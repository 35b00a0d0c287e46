import { ClientXMPP } from '@sestina/client';
import { SilentLogger } from '@sestina/core';
import { ScriptedStream, SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

const start = (password = 'secret'): Promise<ScriptedStream> =>
  ScriptedStream.start({
    secure: true,
    connect: (transports, clock) =>
      new ClientXMPP({
        jid: "alice@example.org/o'clock",
        password,
        transports,
        clock,
        random: new SeededRandom(1),
        reconnect: false,
        keepAlive: false,
        logger: new SilentLogger(),
      }),
  });

describe('the login of a scripted client', () => {
  it('is played by the stream, with features and an address of choice, again and again', async () => {
    const stream = await start();
    await stream.login({ features: "<ver xmlns='urn:xmpp:features:rosterver'/>" });
    expect(stream.xmpp.boundJid?.full).toBe("alice@example.org/o'clock");
    expect((stream.xmpp as ClientXMPP).server.rosterVersioning).toBe(true);
    await stream.expectNothingSent();
    await stream.drop();
    await stream.connect();
    await stream.login({ jid: 'alice@example.org/other' });
    expect(stream.xmpp.boundJid?.full).toBe('alice@example.org/other');
    stream.xmpp.sendPresence();
    await stream.expectSent('<presence/>');
    await stream.close();
  });

  it('says so where the client does not log in that way', async () => {
    const stream = await ScriptedStream.start();
    await expect(stream.login()).rejects.toMatchObject({ code: 'ERR_SCRIPT' });
    await stream.close();
  });
});
