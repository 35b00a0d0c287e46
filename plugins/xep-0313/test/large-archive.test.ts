import { SeededRandom, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, conversation, type Kept, OWN, type PlayOptions, ROMEO, start } from './helpers.js';

const streams = useStreams(afterEach);

// A longer run: SEED begins, SEEDS says how many.
const FIRST = Number(process.env.SEED ?? 1);
const SEEDS = Array.from({ length: Number(process.env.SEEDS ?? 1) }, (_, index) => FIRST + index);

const MESSAGES = 100_000;
/** How many of them are read: in a longer run all. */
const READ = process.env.SEEDS ? MESSAGES : 20_000;

/** Where in a page the connection is lost. */
type Cut = 'behind the results' | 'within the results' | 'with the end' | 'without a word';
const CUTS: readonly Cut[] = ['without a word', 'within the results', 'behind the results', 'with the end'];

describe('an archive of 100,000 messages', () => {
  it.each(SEEDS)(
    'is told whole and once, wherever the connection is lost (seed %i)',
    { timeout: 600_000 },
    async (seed) => {
      const random = new SeededRandom(seed);
      const kept: Kept[] = conversation(MESSAGES);
      let cut: Cut | undefined;
      const options: PlayOptions = { cap: 500, cut: () => cut };
      const { stream, xmpp, archive, played } = await start(kept, options);
      streams.keep(stream);
      const told: string[] = [];
      xmpp.onMessage(({ body }) => void told.push(String(body)), { sources: ['archive', 'stream'] });

      /** Something is said now: the archive has it, and it comes by itself. */
      const saysNow = async (): Promise<void> => {
        const [body, id] = [`m${kept.length}`, `a${kept.length}`];
        const inside = `<body>${body}</body>`;
        const attributes = `from='${ROMEO}' to='${OWN}' type='chat' id='i${kept.length}'`;
        kept.push({ id, message: `<message xmlns='jabber:client' ${attributes}>${inside}</message>` });
        const sid = `<stanza-id xmlns='urn:xmpp:sid:0' by='${ACCOUNT}' id='${id}'/>`;
        await stream.recv(`<message ${attributes}>${inside}${sid}</message>`);
      };

      const begin = MESSAGES - READ;
      let after: string | undefined = begin === 0 ? undefined : `a${begin - 1}`;
      let cuts = 0;
      for (let complete = false; !complete; ) {
        if (stream.xmpp.state === 'disconnected') {
          await stream.connect();
          await stream.session;
        }
        let pages = 0;
        const pagesUntilCut = Math.floor(random.fraction() * 12);
        const where = CUTS[Math.floor(random.fraction() * CUTS.length)];
        played.asking = async () => {
          cut = pages === pagesUntilCut ? where : undefined;
          if (pages % 7 === 3) await saysNow();
          pages += 1;
        };
        const reached = (id: string): void => {
          after = id;
        };
        const since = new Date(0);
        const catching = archive.catchUp({ after, since, pageSize: 500, limit: 15_000, reached });
        try {
          ({ complete } = await played.serve(catching));
        } catch (error) {
          if (stream.xmpp.state !== 'disconnected') throw error;
          cuts += 1;
        }
      }
      await saysNow();
      expect(cuts).toBeGreaterThan(3);
      expect(after).toBe(`a${kept.length - 1}`);
      expect(told.length).toBe(kept.length - begin);
      expect(new Set(told).size).toBe(told.length);
      // What came by itself is told ahead of its turn only where the connection was lost.
      const read = told.filter((body) => Number(body.slice(1)) < MESSAGES);
      expect(read).toEqual(Array.from({ length: READ }, (_, index) => `m${begin + index}`));
    },
  );
});
