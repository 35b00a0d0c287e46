import { TlsInjectionError, TlsRequiredError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { PASSWORD_MECHANISMS, TLS_VERSIONS, VARIANTS } from '../support/mechanisms.js';
import { Middleman } from '../support/middle.js';

const HEADER = /^<\?xml[^>]*>\s*<stream:stream [^>]*>/;

const withoutPlus = (text: string): string => text.replace(/<mechanism>[^<]*-PLUS<\/mechanism>/g, '');
const withoutTypes = (text: string): string =>
  text.replace(/<sasl-channel-binding[^>]*>.*?<\/sasl-channel-binding>/s, '');

/** What the client says of channel binding to a mechanism that has none (RFC 5802 §6). */
function flagIn(sent: string): string {
  const [, initial = ''] = /<auth[^>]*>([^<]+)</.exec(sent) ?? [];
  return Buffer.from(initial, 'base64').toString().slice(0, 1);
}

describe.each(KINDS)('somebody on the way to %s', (kind) => {
  const bench = useServer({ kind });

  it('who takes STARTTLS out of the features learns nothing but the domain', async () => {
    const user = await bench.account();
    await using stripper = await Middleman.inTheClear(bench.server, (text) =>
      text.replace(/<starttls[^>]*(?:\/>|>.*?<\/starttls>)/s, ''),
    );
    const client = bench.client({ ...user, port: stripper.port });
    await expect(client.connect()).rejects.toBeInstanceOf(TlsRequiredError);
    expect(client.state).toBe('disconnected');
    expect(stripper.sent).toMatch(HEADER);
    expect(stripper.sent).not.toContain('<auth');
    expect(stripper.sent).not.toContain(user.username);
    expect(stripper.sent.replace(HEADER, '')).toMatch(
      /^\s*(?:<stream:error>.*<\/stream:error>)?\s*(?:<\/stream:stream>)?$/s,
    );
  });

  it('who takes it out gets no password from a client that may do without TLS, except by its own word', async () => {
    const user = await bench.account();
    await using stripper = await Middleman.inTheClear(bench.server, (text) =>
      text.replace(/<starttls[^>]*(?:\/>|>.*?<\/starttls>)/s, ''),
    );
    const client = bench.client({ ...user, port: stripper.port, tls: { required: false } });
    await client.connect().catch(() => undefined);
    // PLAIN is never spoken in the clear, even so.
    expect(stripper.sent).not.toContain("mechanism='PLAIN'");
    expect(stripper.sent).not.toContain(user.password);
    expect(stripper.sent).not.toContain(Buffer.from(`\0${user.username}\0${user.password}`).toString('base64'));
  });

  it('who answers STARTTLS with a failure gets nothing either', async () => {
    const user = await bench.account();
    await using liar = await Middleman.inTheClear(bench.server, (text) =>
      text.replace('<proceed', '<failure').replace('</proceed', '</failure'),
    );
    await expect(bench.client({ ...user, port: liar.port }).connect()).rejects.toMatchObject({
      code: 'ERR_NEGOTIATION',
    });
    expect(liar.sent).not.toContain('<auth');
  });

  it('who puts a stanza behind the go-ahead for TLS is found out', async () => {
    const user = await bench.account();
    await using injector = await Middleman.inTheClear(bench.server, (text) =>
      text.replace(
        /<proceed[^>]*?(?:\/>|><\/proceed>)/,
        (proceed) => `${proceed}<message><body>injected</body></message>`,
      ),
    );
    const client = bench.client({ ...user, port: injector.port });
    await expect(client.connect()).rejects.toBeInstanceOf(TlsInjectionError);
    expect(injector.sent).not.toContain('<auth');
  });
});

describe.each(VARIANTS)(
  'a man in the middle with a certificate for $name',
  ({ server, mechanisms, listsTypes, noticesDowngrade }) => {
    const bench = useServer(server);

    describe.each(TLS_VERSIONS)('over %s', (version) => {
      const bindable = PASSWORD_MECHANISMS.some(
        (name) => name.endsWith('-PLUS') && mechanisms[version][name] === 'works',
      );

      async function login(change?: (text: string) => string, channelBinding?: 'never' | 'require') {
        const user = await bench.account();
        const certificate = await bench.server.serverCertificate(bench.server.domain);
        await using middleman = await Middleman.withCertificate(bench.server, certificate, change);
        const client = bench.client({
          ...user,
          service: `xmpps://127.0.0.1:${middleman.port}`,
          tls: { ca: bench.server.ca, minVersion: version, maxVersion: version },
          ...(channelBinding && { sasl: { channelBinding } }),
        });
        const error = await client.connect().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        await client.disconnect();
        return { error, sent: middleman.sent };
      }

      it('gets through to a client that binds nothing: the test is worth something', async () => {
        const { error, sent } = await login(undefined, 'never');
        expect(error).toBeUndefined();
        expect(sent).toContain('<auth');
      });

      it(
        bindable ? 'does not get a session by itself' : 'is not noticed where the server can bind nothing',
        async () => {
          const { error, sent } = await login();
          if (bindable) {
            const reason = expect.stringMatching(/^(not-authorized|malformed-request)$/);
            expect(error).toMatchObject({ code: 'ERR_AUTH', reason, retryable: false });
            expect(sent).toMatch(/mechanism='SCRAM-[^']*-PLUS'/);
          } else {
            expect(error).toBeUndefined();
          }
        },
      );

      it('does not get a session from a client that insists on channel binding', async () => {
        const { error } = await login(undefined, 'require');
        expect(error).toMatchObject({ code: 'ERR_AUTH', retryable: false });
      });

      it('is told that the client could bind, when the -PLUS mechanisms and the list of types are taken away', async () => {
        const { error, sent } = await login((text) => withoutTypes(withoutPlus(text)));
        expect(sent).not.toContain('-PLUS');
        expect(flagIn(sent)).toBe('y');
        // A server that could not have bound has nothing to mind.
        if (bindable && noticesDowngrade) expect(error).toMatchObject({ code: 'ERR_AUTH', retryable: false });
        else expect(error).toBeUndefined();
      });

      // A server that lists types has mechanisms for them (XEP-0440 rule 5); one that lists none may have none.
      it('gets no proof of the password, when the -PLUS mechanisms are taken away and the list of types stays', async () => {
        let listed = false;
        const { error, sent } = await login((text) => {
          listed ||= text.includes('<sasl-channel-binding');
          return withoutPlus(text);
        });
        expect(listed).toBe(listsTypes);
        expect(sent).not.toContain('-PLUS');
        expect(flagIn(sent)).toBe(listsTypes ? 'n' : 'y');
        if (listsTypes) expect(sent).not.toContain('<response');
        if (listsTypes || (bindable && noticesDowngrade)) {
          expect(error).toMatchObject({ code: 'ERR_AUTH', retryable: false });
        } else expect(error).toBeUndefined();
      });

      // What remains possible where the client does not insist: which type is meant, TLS 1.3 does not say.
      it('is not bound on TLS 1.3, when only the list of types is taken away', async () => {
        const { error, sent } = await login(withoutTypes);
        const unsaid = version === 'TLSv1.3';
        if (unsaid) expect(flagIn(sent)).toBe(mechanisms[version]['SCRAM-SHA-1-PLUS'] === 'absent' ? 'y' : 'n');
        else expect(sent).toMatch(/mechanism='SCRAM-[^']*-PLUS'/);
        if (unsaid) expect(error).toBeUndefined();
        else expect(error).toMatchObject({ code: 'ERR_AUTH', retryable: false });
        expect((await login(withoutTypes, 'require')).error).toMatchObject({ code: 'ERR_AUTH', retryable: false });
      });
    });
  },
);
