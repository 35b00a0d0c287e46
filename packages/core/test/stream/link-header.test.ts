import { describe, expect, it } from 'vitest';
import { DisconnectedError } from '../../src/errors.js';
import { StreamError } from '../../src/stanza/stream-error.js';
import { NotXmppError } from '../../src/stream/link-errors.js';
import { expected, failure, linked, opened, opening, signal } from '../helpers/stream-link.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { FEATURES, HEADER, type MemoryTransport } from '../helpers/stream-transport.js';

watchRejections();

describe('the header', () => {
  it('is what openStream resolves with', async () => {
    const { link, wire } = await linked();
    const header = link.openStream(opening, expected);
    expect(wire.take()).toBe(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:client' " +
        "xmlns:stream='http://etherx.jabber.org/streams' to='example.org' version='1.0'>",
    );
    wire.receive(HEADER);
    expect(await header).toMatchObject({ id: 's1', from: 'example.org', version: '1.0' });
  });

  const RULES: [what: string, change: (header: string) => string, condition: string | undefined][] = [
    ['in the wrong stream namespace', (h) => h.replace('jabber.org/streams', 'jabber.org/wrong'), 'invalid-namespace'],
    ['with an unknown content namespace', (h) => h.replace("'jabber:client'", "'jabber:foo'"), 'invalid-namespace'],
    ['without a content namespace', (h) => h.replace("xmlns='jabber:client'", ''), 'invalid-namespace'],
    ['with another root', (h) => h.replace('<stream:stream', '<stream:features'), 'not XMPP'],
    ['without a version', (h) => h.replace("version='1.0'>", '>'), 'unsupported-version'],
    ['of version 2.0', (h) => h.replace("version='1.0'>", "version='2.0'>"), 'unsupported-version'],
    ['of a version that is none', (h) => h.replace("version='1.0'>", "version='1'>"), 'unsupported-version'],
    ['of version 1.9', (h) => h.replace("version='1.0'>", "version='1.9'>"), undefined],
    ['without an id', (h) => h.replace("id='s1'", ''), 'bad-format'],
    ['with an empty id', (h) => h.replace("id='s1'", "id=''"), 'bad-format'],
    ['from another domain', (h) => h.replace("from='example.org'", "from='evil.example'"), 'invalid-from'],
    ['from the domain in capitals', (h) => h.replace("from='example.org'", "from='EXAMPLE.org'"), undefined],
    ['that does not say from whom', (h) => h.replace("from='example.org'", ''), undefined],
    ['with another prefix', (h) => h.replaceAll('stream:', 's:').replace('xmlns:stream=', 'xmlns:s='), undefined],
  ];
  it.each(RULES)('%s', async (_what, change, condition) => {
    const { link, wire, closed, clock } = await linked();
    const header = link.openStream(opening, expected);
    wire.take();
    wire.receive(change(HEADER));
    if (condition === undefined) {
      expect(await header).toMatchObject({ id: 's1' });
      return;
    }
    const failed = failure(header);
    await clock.advance(2_000);
    const error = await failed;
    if (condition === 'not XMPP') {
      expect(error).toMatchObject({ code: 'ERR_NOT_XMPP', cause: { condition: 'invalid-namespace' } });
      return;
    }
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({ condition, origin: 'local' });
    expect(wire.take()).toMatch(new RegExp(`^<stream:error><${condition} .*</stream:error></stream:stream>$`));
    expect(wire.ended).toBe(true);
    await Promise.resolve();
    expect(closed).toEqual([error]);
  });

  it('needs no version where the protocol has none', async () => {
    const { link, wire } = await linked();
    const header = link.openStream(opening, { ...expected, versioned: false });
    wire.receive(HEADER.replace("version='1.0'>", '>'));
    expect(await header).toMatchObject({ version: undefined });
  });

  it.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html></html>'],
    ['a page', '<html><body>502</body></html>'],
    ['a captive portal', '<!DOCTYPE html><html><body>Log in</body></html>'],
    ['a TLS port', new Uint8Array([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46])],
  ])('of %s is none: that is no XMPP server', async (_who, bytes) => {
    const { link, wire } = await linked();
    const header = link.openStream(opening, expected);
    wire.receive(bytes);
    const error = await failure(header);
    expect(error).toBeInstanceOf(NotXmppError);
    expect(error).toMatchObject({ retryable: true, cause: expect.any(StreamError) });
    expect(wire.text).toMatch(
      /<stream:error><(?:not-well-formed|invalid-namespace|restricted-xml|unsupported-encoding)/,
    );
    expect(wire.ended).toBe(true);
  });

  it('does not come: the connection was lost', async () => {
    const { link, wire } = await linked();
    const header = link.openStream(opening, expected);
    wire.close();
    expect(await failure(header)).toMatchObject({ reason: 'closed' });
  });
});

describe('a header that says too little', () => {
  const poor = HEADER.replace(" version='1.0'>", '>');
  const refusal =
    "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>";
  const refused = { condition: 'host-unknown', origin: 'peer' };

  it.each([
    ['in the same read', (wire: MemoryTransport) => wire.receive(poor + refusal)],
    [
      'in the next one',
      (wire: MemoryTransport) => {
        wire.receive(poor);
        wire.receive(refusal);
      },
    ],
    ['byte by byte', (wire: MemoryTransport) => [...(poor + refusal)].forEach((byte) => void wire.receive(byte))],
  ])('is explained by the error of the server that follows it, %s', async (_how, send) => {
    const { link, wire, clock } = await linked();
    const header = link.openStream(opening, expected);
    wire.take();
    send(wire);
    expect(await failure(header)).toMatchObject(refused);
    expect(wire.take()).toBe('</stream:stream>');
    expect(clock.pending).toBe(0);
  });

  it('is explained a while later too, and refused by us after two seconds', async () => {
    const late = await linked();
    const explained = failure(late.link.openStream(opening, expected));
    late.wire.receive(poor);
    await late.clock.advance(1_900);
    late.wire.receive(refusal);
    expect(await explained).toMatchObject(refused);

    const silent = await linked();
    const unexplained = failure(silent.link.openStream(opening, expected));
    silent.wire.receive(poor);
    await silent.clock.advance(2_000);
    expect(await unexplained).toMatchObject({ condition: 'unsupported-version', origin: 'local' });
    await silent.clock.advance(2_000);
    expect(silent.clock.pending).toBe(0);
  });

  it.each([
    ['anything else', FEATURES],
    ['something that is not well-formed', '<a></b>'],
    ['its footer', '</stream:stream>'],
  ])('is refused at once where %s follows', async (_what, more) => {
    const { link, wire } = await linked();
    const header = link.openStream(opening, expected);
    wire.take();
    wire.receive(poor);
    wire.receive(more);
    expect(await failure(header)).toMatchObject({ condition: 'unsupported-version', origin: 'local' });
    expect(wire.take()).toMatch(/^<stream:error><unsupported-version/);
  });

  it('is the reason where the connection ends behind it', async () => {
    const { link, wire, clock } = await linked();
    const header = link.openStream(opening, expected);
    wire.receive(poor);
    wire.close();
    expect(await failure(header)).toMatchObject({ condition: 'unsupported-version' });
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer where the attempt is given up', async () => {
    const { link, wire, clock } = await linked();
    const header = failure(link.openStream(opening, expected));
    wire.receive(poor);
    link.destroy(new DisconnectedError('enough'));
    expect((await header).message).toBe('enough');
    expect(clock.pending).toBe(0);
  });
});

describe('whoever speaks before we do', () => {
  it.each([
    ['a mail server', '220 mail.example.org ESMTP\r\n'],
    ['a secure shell', new TextEncoder().encode('SSH-2.0-OpenSSH_9.2\r\n')],
    ['a binary frame', new Uint8Array(0)],
  ])('is no XMPP server: %s', async (_who, bytes) => {
    const { link, wire, closed } = await linked();
    wire.receive(bytes);
    expect(wire.ended).toBe(true);
    expect(wire.text).toBe('');
    await expect(link.openStream(opening, expected)).rejects.toBeInstanceOf(NotXmppError);
    await Promise.resolve();
    expect(closed).toMatchObject([{ code: 'ERR_NOT_XMPP', retryable: true }]);
  });

  it('is none within TLS either', async () => {
    const { link, wire } = await opened();
    await link.startTls(signal);
    wire.receive('220 mail.example.org ESMTP\r\n');
    await expect(link.openStream(opening, expected)).rejects.toBeInstanceOf(NotXmppError);
  });
});
