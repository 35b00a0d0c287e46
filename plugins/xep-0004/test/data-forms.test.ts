import { ScriptedStream } from '@sestina/testing';
import { DataForms, NS_DATA } from '@sestina/xep-0004';
import { describe, expect, it } from 'vitest';

const message = (inside: string, more = ''): string =>
  `<message from='bob@example.net/x' to='alice@example.org/phone' ${more}>${inside}</message>`;
const FORM = `<x xmlns='${NS_DATA}' type='form'><field var='__proto__'><value>1</value></field></x>`;

async function start() {
  const stream = await ScriptedStream.start({ plugins: [DataForms] });
  const forms: (string | undefined)[] = [];
  stream.xmpp.on('messageForm', ({ form, message }) =>
    forms.push(`${message.from}: ${form.field('__proto__')?.value}`),
  );
  return { stream, forms };
}

describe('DataForms', () => {
  it('tells of messages that carry a form, and of no others', async () => {
    const { stream, forms } = await start();
    expect(stream.xmpp.advertised.has(NS_DATA)).toBe(true);
    await stream.recv(message(FORM));
    await stream.recv(message('<body>hi</body>'));
    await stream.recv(message(FORM, `type='error'`));
    await stream.recv(message(`<x xmlns='jabber:x:oob'/>`));
    expect(forms).toEqual(['bob@example.net/x: 1']);
    await stream.expectNothingSent();
  });

  it('is gone once removed, and the stream goes on', async () => {
    const { stream, forms } = await start();
    const handlers = stream.xmpp.handlers.length;
    stream.xmpp.remove(DataForms);
    expect([stream.xmpp.advertised.has(NS_DATA), handlers - stream.xmpp.handlers.length]).toEqual([false, 1]);
    const next = stream.xmpp.wait('message');
    await stream.recv(message(`${FORM}<body>hi</body>`));
    expect((await next).form?.type).toBe('form');
    expect(forms).toEqual([]);
  });

  it('does not mix two connections', async () => {
    const [a, b] = [await start(), await start()];
    await a.stream.recv(message(FORM));
    expect([a.forms.length, b.forms.length]).toEqual([1, 0]);
    expect(a.stream.xmpp.plugin(DataForms)).not.toBe(b.stream.xmpp.plugin(DataForms));
  });
});
