// npm run reliability -- [prosody|ejabberd|both] [MESSAGES] [cut,frozen,restarted,killed] [archive]: two clients that use XEP-0198 send
// each other numbers while everything goes wrong, and a table says what became of them. Where the server forgets the sessions they send
// once more what no receipt has come for (XEP-0184); with `archive` they ask its archive before that (XEP-0313), which takes much longer.
// Ends with 1 where anything was lost, or came twice although no session was.
import { SilentLogger } from '@sestina/core';
import { usage } from '@sestina/scripts/usage';
import { type ServerKind, type ServerUser, startServer } from '@sestina/servers';
import { exchangeNumbers, keepsSessions, type Tally, TROUBLES, type Trouble } from '../support/numbered.js';

usage(`npm run reliability -- [SERVER [MESSAGES [TROUBLES [archive]]]]
  SERVER    prosody, ejabberd, both (default)
  MESSAGES  how many each of the two clients sends (default 10000)
  TROUBLES  some of ${TROUBLES.join(',')} (default: all)
  archive   asks the server's archive before something is sent once more`);
const [which = 'both', messages = '10000', what, archived] = process.argv.slice(2);
const kinds: readonly ServerKind[] = which === 'both' ? ['prosody', 'ejabberd'] : [which as ServerKind];
const troubles = (what?.split(',') as Trouble[] | undefined) ?? TROUBLES;
const TIMES = 4;
const COLUMNS: Readonly<Record<keyof Tally, string>> = {
  sent: 'sent',
  acked: 'acked',
  failed: 'failed',
  unknown: 'unknown',
  gone: 'acked, no receipt',
  again: 'sent again',
  archived: 'came by the archive alone',
  duplicated: 'duplicated',
  outOfOrder: 'out of order',
  lost: 'lost',
  resumed: 'resumed',
  begun: 'begun anew',
};
const names = Object.keys(COLUMNS) as (keyof Tally)[];

console.log(`| server | ${TIMES} times | ${Object.values(COLUMNS).join(' | ')} | seconds |`);
console.log(`| --- | --- |${' ---: |'.repeat(names.length + 1)}`);
for (const kind of kinds) {
  for (const trouble of troubles) {
    const forgets = !keepsSessions(trouble);
    const archive = forgets && archived === 'archive';
    await using server = await startServer({ kind, archive });
    const users = server.users.slice(0, 2) as [ServerUser, ServerUser];
    const how = { archive, receipts: forgets, messages: Number(messages), times: TIMES, patience: 10_000 };
    const start = performance.now();
    const tally = await exchangeNumbers({ server, users, trouble, ...how, logger: new SilentLogger() });
    const seconds = Math.round((performance.now() - start) / 1_000);
    console.log(`| ${kind} | ${trouble} | ${names.map((name) => tally[name]).join(' | ')} | ${seconds} |`);
    if (tally.lost > 0 || (tally.begun === 2 && tally.duplicated > 0)) process.exitCode = 1;
  }
}
