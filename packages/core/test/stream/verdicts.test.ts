import { describe, expect, it } from 'vitest';
import { DisconnectedError, TimeoutError } from '../../src/errors.js';
import { StreamError } from '../../src/stanza/stream-error.js';
import { verdictOn } from '../../src/stream/verdicts.js';

describe('verdictOn', () => {
  it('tells an attempt that failed from a session that was lost', () => {
    const conflict = new StreamError('conflict', { origin: 'peer' });
    expect(verdictOn(conflict, 'attempt')).toBe('slowly');
    expect(verdictOn(conflict, 'session')).toBe('final');
  });

  it('takes that on the attempt where the table says nothing of sessions', () => {
    const late = new TimeoutError('an answer', 1_000);
    expect(verdictOn(late, 'session')).toBe(verdictOn(late, 'attempt'));
  });

  it('asks the error itself where the table leaves it to that, and stays away for ever only where it was foreseen', () => {
    expect(verdictOn(new DisconnectedError('x', { retryable: false }), 'session')).toBe('final');
    expect(verdictOn(new DisconnectedError('x', { retryable: true }), 'session')).toBe('again');
    expect(verdictOn(new Error('a bug'), 'session')).toBe('slowly');
    expect(verdictOn(Object.assign(new Error('a bug'), { retryable: true }), 'session')).toBe('again');
  });
});
