import type { Letter } from './book.js';
import type { World } from './world.js';

/** What has to hold of every message once faults are over and everything has come to its end. */
export function checkLetters({ book, clients }: World): void {
  for (const letter of book.letters.values()) {
    const { id, state, counted, delivered, unknown, orphaned } = letter;
    if (delivered.length === 0 && counted > 0) book.fail('lost', `${id}, which the server has counted`);
    if (delivered.length > 0 && counted === 0) book.fail('invented', `${id} was delivered and never sent`);
    const { failedDisks: failed = new Set<number>(), process } = clients[letter.from] ?? {};
    // What a disk cannot forget may be sent by the next process, and no session has lost it.
    const kept = failed.size > 0 || process?.storage.failed === true;
    if (state === 'unknown' && orphaned === undefined && unknown === 0 && !kept) {
      book.fail('outcome', `${id} is unknown, and smUnknown has not told`);
    }
    if (counted === 0 && isOwed(letter, clients[letter.from]?.plan.persist === true, failed)) {
      book.fail('lost', `${id}, of which its sender was told nothing`);
    }
  }
}

/** Whether somebody should have been told what became of a message that never came to the server. */
function isOwed(letter: Letter, persist: boolean, failedDisks: ReadonlySet<number>): boolean {
  const { state, orphaned, unknown, process } = letter;
  if (state === 'failed' || state === 'unknown' || unknown > 0) return false;
  if (orphaned === undefined) return true;
  // What waited in the queue went with its process, and so did what was not kept.
  return orphaned === 'written' && persist && ![...failedDisks].some((number) => number >= process);
}

/** Everybody goes: nothing is to be left of them. */
export async function checkEnd({ book, clock, clients, server }: World): Promise<void> {
  for (const client of clients) client.process?.leave();
  await clock.advance(120_000);
  for (const { process, jid, disk, failedDisks } of clients) {
    if (!process) continue;
    for (const text of process.unsettled) book.fail('unsettled', `${text} after the end`);
    const left = [...disk.keys()];
    if (left.length > 0 && failedDisks.size === 0 && !process.storage.failed) {
      book.fail('left behind', `on the disk of ${jid}: ${left.join(' ')}`);
    }
    void process.client.dispose();
  }
  await clock.advance(10_000);
  for (const { process, jid } of clients) {
    const timers = process?.clock.pending ?? 0;
    if (timers > 0) book.fail('left behind', `${timers} timers of ${jid}`);
  }
  // A connection that nobody has logged in on, and whose other end is gone without a word, is for others to notice.
  for (const { jid } of server.sessions) if (jid) book.fail('left behind', `a session of ${jid}`);
}
