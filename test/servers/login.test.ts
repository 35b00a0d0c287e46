import { AuthError } from '@sestina/client';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import { offeredMechanisms, PASSWORD_MECHANISMS, TLS_VERSIONS, VARIANTS } from '../support/mechanisms.js';

describe.each(VARIANTS)('logging in to $name', ({ server, mechanisms }) => {
  const bench = useServer(server);

  describe.each(TLS_VERSIONS)('over %s', (version) => {
    const expected = mechanisms[version];

    describe.each(['starttls', 'direct'] as const)('(%s)', (security) => {
      const options = () => ({
        ...bench[security],
        tls: { ca: bench.server.ca, minVersion: version, maxVersion: version },
      });

      it('offers the mechanisms of the table and no others', async () => {
        const present = PASSWORD_MECHANISMS.filter((name) => expected[name] !== 'absent');
        expect((await offeredMechanisms(bench, options())).sort()).toEqual([...present].sort());
      });

      it.each(PASSWORD_MECHANISMS)('%s', async (mechanism) => {
        const { jid, password } = await bench.account();
        const offered = await offeredMechanisms(bench, options());
        const channelBinding = mechanism.endsWith('-PLUS') ? 'require' : 'prefer';
        const sasl = { only: [mechanism], channelBinding } as const;
        const client = bench.client({ jid, password, ...options(), sasl });
        const success = client.wait('authSuccess');
        success.catch(() => undefined);
        if (expected[mechanism] === 'works') {
          await client.connect();
          expect(await success).toEqual({ mechanism });
          expect(client.boundJid?.bare.toString()).toBe(jid);
          expect(client.transport?.secure).toBe(true);
          expect((await client.getRoster()).size).toBe(0);
        } else {
          const error = await client.connect().catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(AuthError);
          const reason = offered.includes(mechanism)
            ? 'not-authorized'
            : expect.stringMatching(/downgrade|no-mechanism/);
          expect(error).toMatchObject({ reason, retryable: false });
          expect(client.state).toBe('disconnected');
        }
      });

      it('takes the strongest of them by itself', async () => {
        const client = bench.client({ ...(await bench.account()), ...options() });
        const success = client.wait('authSuccess');
        await client.connect();
        const best = [...PASSWORD_MECHANISMS].reverse().find((name) => expected[name] === 'works');
        expect((await success).mechanism).toBe(best);
      });

      it('logs in without an account by ANONYMOUS, and only when asked to', async () => {
        const jid = bench.server.hosts.anonymous;
        expect(await offeredMechanisms(bench, { ...options(), jid: `me@${jid}` })).toEqual(['ANONYMOUS']);
        const client = bench.client({ jid, anonymous: true, ...options() });
        await client.connect();
        expect(client.boundJid?.domain).toBe(jid);
        const unasked = bench.client({ jid: `me@${jid}`, password: 'secret', ...options() });
        await expect(unasked.connect()).rejects.toMatchObject({ code: 'ERR_AUTH', reason: 'no-mechanism' });
      });

      it('logs in by client certificate with EXTERNAL, and only when asked to', async () => {
        const jid = `zoe@${bench.server.hosts.external}`;
        const { tls, ...rest } = options();
        const target = { ...rest, tls: { ...tls, ...bench.server.clientCertificate('zoe') } };
        expect(await offeredMechanisms(bench, { ...target, jid })).toEqual(['EXTERNAL']);
        const client = bench.client({ jid, external: true, ...target });
        await client.connect();
        expect(client.boundJid?.bare.toString()).toBe(jid);
        const unasked = bench.client({ jid, password: 'secret', ...target });
        await expect(unasked.connect()).rejects.toMatchObject({ code: 'ERR_AUTH', reason: 'no-mechanism' });
      });

      it('does not get the account of somebody else by EXTERNAL', async () => {
        const jid = `zoe@${bench.server.hosts.external}`;
        const { tls, ...rest } = options();
        const target = { ...rest, tls: { ...tls, ...bench.server.clientCertificate('mallory') } };
        const asking = bench.client({ jid, credentials: () => ({ external: true, authzid: jid }), ...target });
        await expect(asking.connect()).rejects.toMatchObject({ code: 'ERR_AUTH', mechanism: 'EXTERNAL' });
        // Who names nobody gets what the certificate says.
        const silent = bench.client({ jid: bench.server.hosts.external, external: true, ...target });
        await silent.connect();
        expect(silent.boundJid?.local).toBe('mallory');
      });

      it('refuses EXTERNAL without a certificate', async () => {
        const jid = `zoe@${bench.server.hosts.external}`;
        const client = bench.client({ jid, external: true, ...options() });
        // Prosody does not offer it then, ejabberd offers it and refuses.
        await expect(client.connect()).rejects.toMatchObject({
          name: expect.stringMatching(/AuthError|NegotiationError/),
        });
        expect(client.online).toBe(false);
      });
    });
  });

  it.each(PASSWORD_MECHANISMS)('refuses a wrong password with %s, once and for all', async (mechanism) => {
    const { jid } = await bench.account();
    const guess = 'what-a-guess';
    const tls = { ca: bench.server.ca, maxVersion: 'TLSv1.2' };
    const client = bench.client({ jid, password: guess, tls, sasl: { only: [mechanism] } });
    const failures: AuthError[] = [];
    client.on('failedAuth', ({ error }) => failures.push(error));
    const error = (await client.connect().catch((reason: unknown) => reason)) as AuthError;
    const tried = mechanisms['TLSv1.2'][mechanism] !== 'absent';
    expect(error).toMatchObject({ code: 'ERR_AUTH', retryable: false });
    expect(error.reason).toBe(tried ? 'not-authorized' : 'no-mechanism');
    expect(`${error.stack}`).not.toContain(guess);
    expect(failures).toHaveLength(tried ? 1 : 0);
    expect(client.state).toBe('disconnected');
  });

  it('does not tell an unknown account from a wrong password', async () => {
    const [unknown, wrong] = await Promise.all(
      [`nobody@${bench.server.domain}`, (await bench.account()).jid].map(async (jid) => {
        const error = await bench
          .client({ jid, password: 'guess' })
          .connect()
          .catch((reason: unknown) => reason);
        return (error as AuthError).reason;
      }),
    );
    expect(unknown).toBe('not-authorized');
    expect(unknown).toBe(wrong);
  });

  it('logs in at the second attempt with the right password', async () => {
    const { jid, password } = await bench.account();
    const client = bench.client({ jid, password: 'old' });
    await expect(client.connect()).rejects.toMatchObject({ reason: 'not-authorized' });
    client.password = password;
    await client.connect();
    expect(client.online).toBe(true);
  });

  it.each(['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'])(
    'takes any characters in a password with %s',
    async (mechanism) => {
      const password = `"quo'te\\ <&>,= €é日本`;
      const username = `odd-${mechanism.toLowerCase()}`;
      await bench.server.addUser(username, password);
      const client = bench.client({ jid: `${username}@${bench.server.domain}`, password, sasl: { only: [mechanism] } });
      await client.connect();
      expect(client.online).toBe(true);
    },
  );

  it('asks for the credentials at each attempt', async () => {
    const { jid, username, password } = await bench.account();
    let asked = 0;
    const client = bench.client({
      jid,
      credentials: async () => {
        asked += 1;
        return { username, password };
      },
    });
    await client.connect();
    const back = client.wait('sessionStart');
    client.cut();
    await back;
    expect(asked).toBe(2);
  });

  it('gives the resource that was asked for, and one of its own where none was', async () => {
    const user = await bench.account();
    const chosen = await bench.online(user, { resource: 'orchard ❦' });
    const other = await bench.online(user);
    expect(chosen.boundJid?.resource).toBe('orchard ❦');
    expect(other.boundJid?.resource).toMatch(/./);
  });
});
