import { afterEach, beforeEach, expect, it } from 'vitest';
import { Play, word } from './play.js';

const SERVICE = 'chat.shakespeare.lit';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';
const NS_RSM = 'http://jabber.org/protocol/rsm';
let play: Play;

beforeEach(async () => {
  play = await Play.start();
});

afterEach(() => play.stream.close());

const items = (names: readonly string[]): string =>
  names.map((name) => `<item jid='${name}@${SERVICE}' name='${name}'/>`).join('');

async function page(names: readonly string[], after?: string): Promise<void> {
  const cursor = after === undefined ? '' : `<after>${after}</after>`;
  const query = await play.stream.expectSent(
    `<iq type='get' id='*' to='${SERVICE}'><query xmlns='${NS_ITEMS}'><set xmlns='${NS_RSM}'><max>100</max>${cursor}</set></query></iq>`,
  );
  const set = `<set xmlns='${NS_RSM}'><first>${names[0]}</first><last>${names.at(-1)}</last><count>4</count></set>`;
  await play.recv(
    `<iq type='result' id='${query.attribute('id')}' from='${SERVICE}'><query xmlns='${NS_ITEMS}'>${items(names)}${names.length > 0 ? set : `<set xmlns='${NS_RSM}'><count>4</count></set>`}</query></iq>`,
  );
}

it('the list of a service comes in pages, as it is taken', async () => {
  const found: string[] = [];
  const all = (async () => {
    for await (const { jid, name } of play.muc.list(SERVICE)) found.push(`${jid} ${name}`);
  })();
  await page(['heath', 'coven']);
  await page(['forres', 'inverness'], 'coven');
  await page([], 'inverness');
  await all;
  expect(found).toEqual(['heath', 'coven', 'forres', 'inverness'].map((name) => `${name}@${SERVICE} ${name}`));
});

it('the rooms that we are in are told to nobody, or to whom we like', async () => {
  const ask = async (stream: Play, from: string): Promise<string> => {
    await stream.recv(
      `<iq type='get' id='q' from='${from}'><query xmlns='${NS_ITEMS}' node='http://jabber.org/protocol/muc#rooms'/></iq>`,
    );
    return `${await stream.stream.nextSent()}`;
  };
  await play.join();
  expect(await ask(play, 'friend@example.net/x')).not.toContain('coven');
  const open = await Play.start({ showRooms: (from) => from?.local === 'friend' });
  await open.join();
  expect(await ask(open, 'friend@example.net/x')).toContain(`<item jid='coven@${SERVICE}'/>`);
  expect(await ask(open, 'eve@example.net/x')).toContain('service-unavailable');
  const left = open.room.leave();
  await open.gone('thirdwitch', word([110]));
  await left;
  open.stream.skipSent();
  expect(await ask(open, 'friend@example.net/x')).not.toContain('coven');
  await open.stream.close();
});

it('or in one piece, without what is no address', async () => {
  const found: string[] = [];
  const all = (async () => {
    for await (const { jid } of play.muc.list(SERVICE)) found.push(`${jid}`);
  })();
  const query = await play.stream.nextSent();
  await play.recv(
    `<iq type='result' id='${query.attribute('id')}' from='${SERVICE}'><query xmlns='${NS_ITEMS}'><item jid='@'/><item/>${items(['heath'])}</query></iq>`,
  );
  await all;
  expect(found).toEqual([`heath@${SERVICE}`]);
});
