import { describe, expect, it } from 'vitest';
import { ModelServer } from '../plugins/xep-0198/model-server.js';

/** `HOURS=168` is the week that it is meant for. */
const HOURS = Number(process.env['HOURS'] ?? 2);
const SECOND = 1_000;
/** The connection is cut so often, at whatever byte that is. */
const CUT_EVERY = 300 * SECOND;

describe('a client that stays', () => {
  it(
    `F32: for ${HOURS} hours, with a message each second and a cut every five minutes, loses and doubles nothing`,
    async () => {
      const server = new ModelServer();
      const process = server.start();
      const { client, sendings, heard, events, management } = process;
      void client.connect().catch(() => {});
      const total = HOURS * 3_600;
      const said = Array.from({ length: total }, (_, at) => `m${at}`);
      let [taken, answered, cuts] = [0, 0, 0];
      for (let second = 0; second < total; second++) {
        sendings.push(client.sendMessage({ to: 'b@x', id: said[second] ?? '', body: 'é' }));
        const cut = second > 0 && (second * SECOND) % CUT_EVERY === 0;
        await server.clock.advance(cut ? 500 : SECOND);
        if (!cut) continue;
        cuts += 1;
        server.drop();
        await server.clock.advance(500);
        // What is settled is looked at and let go: only what grows by itself is left.
        for (const { state } of sendings.splice(0, sendings.length - 30)) expect(state).toBe('acked');
        for (const id of server.taken.splice(0)) expect(id).toBe(said[taken++]);
        for (const id of heard.splice(0)) expect(id).toBe(`s${answered++}`);
        expect(management.unacked.length).toBeLessThan(30);
        expect(server.clock.pending.length).toBeLessThan(10);
      }
      await server.clock.advance(60 * SECOND);
      expect(new Set(sendings.map(({ state }) => state))).toEqual(new Set(['acked']));
      expect([taken + server.taken.length, answered + heard.length]).toEqual([total, total]);
      expect(server.taken.at(-1)).toBe(said.at(-1));
      expect(server.lies).toEqual([]);
      expect(events).toEqual(['sessionStart', ...Array.from({ length: cuts }, () => 'sessionResumed')]);
      await process.kill();
    },
    HOURS * 60_000,
  );
});
