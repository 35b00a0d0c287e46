import { ScriptedStream, useStreams } from '@sestina/testing';
import { Form, fillIn } from '@sestina/xep-0004';
import { afterEach, describe, expect, it } from 'vitest';
import {
  InBandRegistration,
  NS_REGISTER,
  RegistrationIncompleteError,
  RegistrationNotOfferedError,
  RegistrationRedirectError,
} from '../src/index.js';

const streams = useStreams(afterEach);
const SERVICE = 'gateway.example.org';
const query = (inside: string): string => `<query xmlns='${NS_REGISTER}'>${inside}</query>`;

async function client(secure = true) {
  const stream = streams.keep(
    await ScriptedStream.start({ jid: 'alice@example.org/phone', secure, plugins: [InBandRegistration] }),
  );
  return { stream, registration: stream.xmpp.plugin(InBandRegistration) };
}

async function refusedWithForm(stream: ScriptedStream, type: string, names: readonly string[]): Promise<void> {
  const request = await stream.nextSent();
  const fields = names.map((name) => `<field var='${name}'><required/></field>`).join('');
  await stream.recv(
    `<iq type='error' id='${request.attribute('id')}' from='${request.attribute('to') ?? 'alice@example.org'}'>${query(
      `<x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>${type}</value></field>${fields}</x>`,
    )}<error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
  );
}

describe('registering with a service', () => {
  it('asks what it wants to know, and changes what is kept', async () => {
    const { stream, registration } = await client();
    const submitted = registration.submit(SERVICE, { fields: { nick: 'Al' } });
    await stream.recvResult(await stream.nextSent(), query('<registered/><nick/><email>kept@example.org</email>'));
    await stream.recvResult(
      await stream.expectSent(
        `<iq type='set' id='*' to='${SERVICE}'>${query('<nick>Al</nick><email>kept@example.org</email>')}</iq>`,
      ),
    );
    await submitted;
  });

  it.each([
    [
      '<instructions>Go</instructions><x xmlns="jabber:x:oob"><url>https://example.org</url></x>',
      RegistrationRedirectError,
    ],
    ['<nick/><email/>', RegistrationIncompleteError],
    ['<instructions>None</instructions>', RegistrationNotOfferedError],
  ])('says what to do about %s', async (inside, error) => {
    const { stream, registration } = await client();
    const submitted = expect(registration.submit(SERVICE, { fields: { nick: 'Al' } })).rejects.toThrow(error);
    await stream.recvResult(await stream.nextSent(), query(inside));
    await submitted;
    await stream.expectNothingSent();
  });

  it('ends, by a form where one is asked for', async () => {
    const { stream, registration } = await client();
    const cancelled = registration.cancel(SERVICE).catch((error: RegistrationIncompleteError) => error);
    await refusedWithForm(stream, 'jabber:iq:register:cancel', ['username', 'password']);
    const error = await cancelled;
    expect(error).toBeInstanceOf(RegistrationIncompleteError);
    const form = error?.form && fillIn(error.form, { username: 'alice', password: 'pw-1234' });
    const again = registration.cancel(SERVICE, { form });
    const request = await stream.nextSent();
    expect(request.toString()).toContain('jabber:iq:register:cancel');
    expect(request.firstElement?.child('remove')).toBeUndefined();
    await stream.recvResult(request);
    await again;
  });

  it('never means our own account, unless that is confirmed', async () => {
    const { stream, registration } = await client();
    for (const own of ['example.org', 'example.org/x', 'alice@example.org'])
      await expect(registration.cancel(own)).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    for (const confirm of ['bob@example.org', 'alice@example.org/phone', 'example.org'])
      await expect(registration.cancelAccount({ confirm })).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    await stream.expectNothingSent();
  });
});

describe('the account', () => {
  it('is over with the result, or with the stream', async () => {
    const one = await client();
    const ended = one.registration.cancelAccount({ confirm: 'alice@example.org' });
    await one.stream.recvResult(await one.stream.expectSent(`<iq type='set' id='*'>${query('<remove/>')}</iq>`));
    await ended;
    expect(one.stream.xmpp.state).toBe('disconnected');

    const other = await client();
    const cut = other.registration.cancelAccount({ confirm: 'alice@example.org' });
    await other.stream.nextSent();
    await other.stream.recv(
      `<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
    );
    await cut;
    expect(other.stream.xmpp.state).toBe('disconnected');

    const third = await client();
    const lost = expect(third.registration.cancelAccount({ confirm: 'alice@example.org' })).rejects.toThrow();
    await third.stream.nextSent();
    await third.stream.drop();
    await lost;
  });

  it('needs TLS for every answer that is not shown to who types it, whatever its name', async () => {
    const { stream, registration } = await client(false);
    const submitted = registration.submit(SERVICE, { form: { pin: '1234' } });
    const refused = expect(submitted).rejects.toMatchObject({ code: 'ERR_REGISTRATION_PLAINTEXT' });
    await stream.recvResult(
      await stream.nextSent(),
      query(`<x xmlns='jabber:x:data' type='form'><field var='pin' type='text-private'/></x>`),
    );
    await refused;
    // What a service asks for to end a registration is the password, most often.
    const ended = registration.cancel(SERVICE, { form: new Form({ type: 'submit' }) });
    await expect(ended).rejects.toMatchObject({ code: 'ERR_REGISTRATION_PLAINTEXT' });
    await stream.expectNothingSent();
  });

  it('changes its password, and needs TLS for it', async () => {
    const { stream, registration } = await client();
    const changed = registration.changePassword('new');
    await stream.recvResult(
      await stream.expectSent(
        `<iq type='set' id='*' to='example.org'>${query('<username>alice</username><password>new</password>')}</iq>`,
      ),
    );
    await changed;
    await expect(registration.changePassword('')).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    const plain = await client(false);
    await expect(plain.registration.changePassword('new')).rejects.toMatchObject({
      code: 'ERR_REGISTRATION_PLAINTEXT',
    });
    await plain.stream.expectNothingSent();
  });

  it('may have to say more for that', async () => {
    const { stream, registration } = await client();
    const changed = registration.changePassword('new').catch((error: RegistrationIncompleteError) => error);
    await refusedWithForm(stream, 'jabber:iq:register:changepassword', ['username', 'old_password', 'password']);
    const error = await changed;
    expect(`${(error as Error).message}`).not.toContain('new');
    const form = error?.form && fillIn(error.form, { username: 'alice', old_password: 'old', password: 'new' });
    const again = registration.changePassword('new', { form });
    const request = await stream.nextSent();
    expect(request.toString()).toContain('old_password');
    await stream.recvResult(request);
    await again;
  });
});
