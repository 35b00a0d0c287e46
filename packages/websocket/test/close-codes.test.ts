import { readFileSync } from 'node:fs';
import { WebSocketClosedError } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';
import { closeError } from '../src/close-error.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const ROWS = [...readme.matchAll(/^\| (\d{4}) \| (.*?) \| (yes|no) \| (.*?) ?\|$/gm)].map(
  ([, code, what, again, wayOut]) => ({ code: Number(code), what, again: again === 'yes', wayOut: wayOut ?? '' }),
);

describe('the table of close codes in the README', () => {
  it('has each of RFC 6455 §7.4.1 that is an error, and the registered ones', () => {
    expect(ROWS.map(({ code }) => code)).toEqual([
      1001, 1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015,
    ]);
  });

  it.each(ROWS.filter(({ code }) => code !== 1006))('F30: says of $code what its error says', (row) => {
    const error = closeError(row.code, '', false) as WebSocketClosedError;
    const wayOut = row.wayOut.split('; where')[0];
    expect(error).toBeInstanceOf(WebSocketClosedError);
    expect(error.message).toBe(
      `the server closed the WebSocket with ${row.code}, ${row.what}${wayOut ? `: ${wayOut}` : ''}`,
    );
    expect(error.retryable).toBe(row.again);
  });
});

describe('a close code', () => {
  it('that is a regular end is no error, and 1006 is a cut', () => {
    expect([closeError(1000, '', false), closeError(1005, '', false)]).toEqual([undefined, undefined]);
    expect(closeError(1006, '', false)).toMatchObject({ code: 'ERR_DISCONNECTED', retryable: true });
  });

  it('of ours for a message that was too large names the options', () => {
    const { message } = closeError(1009, '', true) as Error;
    expect(message).toMatch(/^we closed .*maxFrameBytes.*limits\.maxStanzaBytes/);
  });

  it('that nobody knows says so, and shows what came with it as one line', () => {
    const { message, retryable } = closeError(4321, 'go\naway', false) as WebSocketClosedError;
    expect(message).toBe('the server closed the WebSocket with 4321, a code of its own ("go away"): its log says more');
    expect(retryable).toBe(true);
  });

  it('shows nothing that could write over a line', () => {
    const { message, closeReason } = closeError(4321, 'a\u001b[2J\u202eb', false) as WebSocketClosedError;
    expect(message).toContain('("a\ufffd[2J\ufffdb")');
    expect(closeReason).toBe('a\u001b[2J\u202eb');
  });
});
