import { parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import { eventually } from './support/eventually.js';
import { useLab, usePages } from './support/pages.js';
import { Talkers } from './support/talkers.js';

const bench = useServer({ kind: 'prosody', archive: true });
const lab = useLab(bench);

describe('two people at two pages', () => {
  const talkers = new Talkers(bench, usePages('esbuild', lab));

  it('tells how far a message has come, up to that it was seen', async () => {
    const users = await talkers.accounts();
    const juliet = await talkers.at(users.juliet);
    await juliet.contact('Romeo').click();
    await juliet.say('Art thou there?');
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('sent');
    const romeo = await talkers.at(users.romeo);
    await eventually(() => romeo.contact('Juliet').locator('.unread').textContent()).toBe('1');
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('received');
    await romeo.contact('Juliet').click();
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('displayed');
    await eventually(() => juliet.state.textContent()).toContain('Seen');
    await juliet.say('I see thee');
    await eventually(() => juliet.bubble('I see thee').getAttribute('data-state')).toBe('displayed');
  });

  it('shows that somebody is typing', async () => {
    const { juliet, romeo } = await talkers.talking();
    await juliet.say('Hej!');
    await eventually(() => romeo.bubbles.allTextContents()).toEqual(['Hej!']);
    await romeo.field.pressSequentially('Ho');
    await eventually(() => juliet.heading.textContent()).toContain('typing …');
    await romeo.page.keyboard.press('Enter');
    await eventually(() => juliet.bubbles.allTextContents()).toEqual(['Hej!', 'Ho']);
    await eventually(() => juliet.heading.textContent()).not.toContain('typing …');
  });

  it('scrolls back without end, and what is in sight stays where it is meanwhile', async () => {
    const users = await talkers.accounts();
    const sender = await bench.online(users.romeo);
    const texts = Array.from({ length: 250 }, (_, index) => `Verse ${index + 1}\nof a long play`);
    for (const body of texts) await sender.sendMessage({ to: users.juliet.jid, type: 'chat', body });
    await sender.disconnect();
    const juliet = await talkers.at(users.juliet);
    await juliet.contact('Romeo').click();
    await eventually(() => juliet.bubbles.last().textContent()).toBe(texts.at(-1));
    const log = juliet.page.locator('.log');
    for (let before = 0; before < texts.length; ) {
      before = await juliet.bubbles.count();
      // Whatever was put in above it has moved nothing.
      expect(Math.abs(await log.evaluate(scrolledUp))).toBeLessThan(2);
      if (before < texts.length) await eventually(() => juliet.bubbles.count()).toBeGreaterThan(before);
    }
    await eventually(() => juliet.bubbles.allTextContents()).toEqual(texts);
    await eventually(() => juliet.page.locator('.top').textContent()).toContain('This is the beginning.');
  });

  it('shows on one device what was said and read on the other', async () => {
    const users = await talkers.accounts();
    const [phone, desk] = [await talkers.at(users.juliet), await talkers.at(users.juliet)];
    const romeo = await talkers.at(users.romeo);
    await romeo.contact('Juliet').click();
    await romeo.say('Good morrow');
    for (const chat of [phone, desk]) {
      await eventually(() => chat.contact('Romeo').locator('.unread').textContent()).toBe('1');
    }
    await phone.contact('Romeo').click();
    await eventually(() => desk.contact('Romeo').locator('.unread').textContent()).toBe('');
    await phone.say('Good morrow to thee');
    await desk.contact('Romeo').click();
    await eventually(() => desk.bubbles.allTextContents()).toEqual(['Good morrow', 'Good morrow to thee']);
    await eventually(() => desk.page.locator('.bubble.mine').count()).toBe(1);
    await eventually(() => romeo.bubbles.allTextContents()).toEqual(['Good morrow', 'Good morrow to thee']);
    await romeo.say('So soon?');
    await eventually(() => desk.bubbles.count()).toBe(3);
    await eventually(() => romeo.state.getAttribute('data-state')).toBe('displayed');
    const later = await talkers.at(users.juliet);
    await eventually(() => later.contact('Romeo').textContent()).toContain('So soon?');
    await eventually(() => later.contact('Romeo').locator('.unread').textContent()).toBe('');
  });

  it('corrects the last message by the arrow key, answers one, reacts to one, and deletes one', async () => {
    const { juliet, romeo } = await talkers.talking();
    await juliet.say('what light through yonder airlock');
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('displayed');
    await juliet.field.press('ArrowUp');
    await eventually(() => juliet.field.inputValue()).toBe('what light through yonder airlock');
    await juliet.say('what light through yonder window');
    for (const chat of [juliet, romeo]) {
      await eventually(() => chat.bubbles.allTextContents()).toEqual(['what light through yonder window']);
      await eventually(() => chat.bubble('window').locator('small').textContent()).toContain('edited');
    }
    await romeo.act('window', 'Answer');
    await romeo.say('It is the east');
    await eventually(() => juliet.bubble('east').locator('.quote').textContent()).toContain('yonder window');
    // The quote for other programs is not shown beside it.
    await eventually(() => juliet.bubbles.last().textContent()).toBe('It is the east');
    await juliet.act('east', 'React');
    await juliet.page.getByRole('button', { name: '❤️' }).click();
    for (const chat of [juliet, romeo]) {
      await eventually(() => chat.bubble('east').locator('.chip').textContent()).toBe('❤️');
    }
    await juliet.bubble('east').locator('.chip').click();
    await eventually(() => romeo.bubble('east').locator('.chip').count()).toBe(0);
    await romeo.act('It is the east', 'Delete');
    await eventually(() => juliet.bubbles.last().textContent()).toBe('This message was deleted');
    await eventually(() => romeo.bubbles.last().textContent()).toBe('This message was deleted');
  });

  it('makes of what somebody sends text and honest links, and nothing else', async () => {
    const users = await talkers.accounts();
    const romeo = await bench.online(users.romeo);
    romeo.sendPresence();
    const sly = [
      '*<b onmouseover="document.title=1">bold</b>* `<script>document.title=1</script>`',
      'javascript:document.title=1 data:text/html,hi https://bank.example@evil.example/ https://xn--80ak6aa92e.com/ http://ok.example/a.',
      '> <img src=x onerror="document.title=1">\nso he said',
    ];
    for (const body of sly) await romeo.sendMessage({ to: users.juliet.jid, type: 'chat', body });
    const share = `<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>../../\u202egpj.exe</name>
      <media-type>image/svg+xml</media-type><size>10</size></file><sources><url-data xmlns='http://jabber.org/protocol/url-data'
      target='javascript:document.title=1'/></sources></file-sharing>`;
    const message = romeo.message({ to: users.juliet.jid, type: 'chat' });
    message.xml.append(parseXml(share));
    await message.send();
    const juliet = await talkers.at(users.juliet);
    await juliet.contact('Romeo').click();
    await eventually(() => juliet.bubbles.allTextContents()).toEqual(sly);
    expect(await juliet.page.locator('.bubble :is(img, script, b, iframe, svg:not(.icon))').count()).toBe(0);
    const links = juliet.page.locator('.bubble p a');
    expect(await links.evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.textContent]))).toEqual([
      ['https://xn--80ak6aa92e.com/', 'https://xn--80ak6aa92e.com/'],
      ['http://ok.example/a', 'http://ok.example/a'],
    ]);
    await eventually(() => juliet.page.locator('.file .name').textContent()).toBe('gpj.exe');
    // It is asked for, since it is small and of a contact; and there is nothing that may be fetched.
    await juliet.page.locator('.file .trouble-text').filter({ hasText: /./ }).waitFor();
    await eventually(() => juliet.page.title()).toBe('Web chat');
  });

  it('shows all of that again at the next login', async () => {
    const users = await talkers.accounts();
    const juliet = await talkers.at(users.juliet);
    await juliet.contact('Romeo').click();
    for (const text of ['one', 'two', 'three']) await juliet.say(text);
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('sent');
    await juliet.act('three', 'Edit');
    await juliet.say('four');
    await juliet.act('two', 'React');
    await juliet.page.getByRole('button', { name: '🎉' }).click();
    await juliet.act('two', 'Answer');
    await juliet.say('five');
    await juliet.act('one', 'Delete');
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('sent');
    const again = await talkers.at(users.juliet);
    await again.contact('Romeo').click();
    await eventually(() => again.bubbles.allTextContents()).toEqual([
      'This message was deleted',
      'two',
      'four',
      'five',
    ]);
    await eventually(() => again.bubble('two').locator('.chip').first().textContent()).toBe('🎉');
    await eventually(() => again.bubble('five').locator('.quote .words').textContent()).toBe('two');
  });
});

/** Scrolls to the top, and resolves with how far what was there has moved once something was put in above, or nothing more comes. */
async function scrolledUp(log: Element): Promise<number> {
  log.scrollTop = 0;
  const first = log.querySelector('.said');
  const place = (): number => (first?.getBoundingClientRect().top ?? 0) - log.getBoundingClientRect().top;
  const before = place();
  const known = log.querySelectorAll('.said').length;
  const isDone = (): boolean =>
    log.querySelectorAll('.said').length > known ||
    log.querySelector('.top')?.textContent?.includes('beginning') === true;
  while (!isDone()) await new Promise((resolve) => requestAnimationFrame(resolve));
  return place() - before;
}
