import { NoSessionError, StanzaError } from '@sestina/core';
import { Form, formType, single } from '@sestina/xep-0004';
import {
  InBandRegistration,
  type RegistrationOffer,
  type RegistrationSubmission,
  UsernameTakenError,
} from '@sestina/xep-0077';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('registration with %s', (kind) => {
  const bench = useServer({ kind });

  it('makes an account, logs in to it, changes its password, and ends it', async () => {
    const jid = `montague@${bench.server.domain}`;
    const offers: RegistrationOffer[] = [];
    const client = bench.client({ jid, password: 'none yet', reconnect: false });
    const registration = client.use(InBandRegistration, {
      register: (offer) => {
        offers.push(offer);
        return { fields: { password: 'first pw' } };
      },
    });
    const registered = client.wait('registered');
    await client.connect();
    expect(`${(await registered).jid}`).toBe(jid);
    expect([client.boundJid?.bare.full, offers.length, offers[0]?.registered]).toEqual([jid, 1, false]);

    const mine = await registration.registration();
    expect([mine.registered, mine.fields.get('username')]).toEqual([true, 'montague']);

    await registration.changePassword('second pw');
    await client.disconnect();
    await client.connect();
    expect([client.boundJid?.bare.full, offers.length]).toEqual([jid, 1]);
    await client.disconnect();
    const old = bench.client({ jid, password: 'first pw', reconnect: false });
    await expect(old.connect()).rejects.toMatchObject({ code: 'ERR_AUTH', reason: 'not-authorized' });

    await client.connect();
    await expect(registration.cancelAccount({ confirm: `capulet@${bench.server.domain}` })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
    });
    await registration.cancelAccount({ confirm: jid });
    expect(client.state).toBe('disconnected');
    const again = bench.client({ jid, password: 'second pw', reconnect: false });
    await expect(again.connect()).rejects.toMatchObject({ code: 'ERR_AUTH', reason: 'not-authorized' });
    bench.takeComplaints();
  });

  it('registers and no more, and says whose name is taken', async () => {
    const jid = `benvolio@${bench.server.domain}`;
    const make = () => {
      const client = bench.client({ jid, password: 'pw of benvolio', reconnect: false });
      client.use(InBandRegistration, {
        thenDisconnect: true,
        register: () => ({ fields: { password: 'pw of benvolio' } }),
      });
      return client;
    };
    await expect(make().connect()).rejects.toThrow(NoSessionError);
    await bench.online({ jid, username: 'benvolio', password: 'pw of benvolio' });
    const second = make().connect();
    await expect(second).rejects.toThrow(UsernameTakenError);
    await expect(second).rejects.not.toThrow('pw of benvolio');
    bench.takeComplaints();
  });

  it('with a component: register, look, change, leave; for whom the server says', async () => {
    const [domain = ''] = bench.server.component.domains;
    const component = bench.component({ jid: domain });
    const Fields = formType('jabber:iq:register', { nick: single('nick').required(), icq: single('x-icq') });
    const kept = new Map<string, RegistrationSubmission>();
    const served = component.use(InBandRegistration);
    served.serve({
      info: (from) => ({
        registered: kept.has(from.full),
        form: Fields.form({ nick: kept.get(from.full)?.fields.nick ?? '' }, { fields: { nick: { required: true } } }),
        fields: { nick: kept.get(from.full)?.fields.nick ?? '' },
      }),
      register(from, answer) {
        if ([...kept].some(([jid, { fields }]) => jid !== from.full && fields.nick === answer.fields.nick))
          throw new StanzaError('conflict');
        kept.set(from.full, answer);
      },
      remove: (from) => void kept.delete(from.full),
    });
    const heard: string[] = [];
    component.on('userRegistered', ({ jid, answer }) => heard.push(`${jid.local} ${answer.fields.nick}`));
    component.on('userUnregistered', ({ jid }) => heard.push(`${jid.local} left`));
    await component.connect();
    const [romeo, juliet] = await Promise.all([
      bench.online(await bench.account('romeo')),
      bench.online(await bench.account('juliet')),
    ]);
    const registration = romeo.use(InBandRegistration);
    expect((await registration.registration(domain)).registered).toBe(false);
    await registration.submit(domain, { form: { nick: 'Ro' } });
    const offer = await registration.registration(domain);
    expect([offer.mode, offer.registered, offer.form instanceof Form && offer.form.field('nick')?.value]).toEqual([
      'form',
      true,
      'Ro',
    ]);
    await registration.submit(domain, { fields: { nick: 'Romeo' } });
    const other = juliet.use(InBandRegistration);
    await expect(other.submit(domain, { form: { nick: 'Romeo' } })).rejects.toThrow(UsernameTakenError);
    await expect(other.cancel(domain)).rejects.toMatchObject({ condition: 'registration-required' });
    await registration.cancel(domain);
    const { local } = romeo.account;
    expect([[...kept], heard]).toEqual([[], [`${local} Ro`, `${local} Romeo`, `${local} left`]]);
  });
});
