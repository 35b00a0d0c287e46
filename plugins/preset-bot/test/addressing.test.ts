import { describe, expect, it } from 'vitest';
import { addressed, nickBefore } from '../src/addressing.js';

describe('what is for the bot', () => {
  it.each([
    ['Puck: help', 'help', true],
    ['puck, help', 'help', true],
    ['@Puck help', 'help', true],
    ['Puck help', 'help', true],
    ['Puck', '', true],
    ['Puck!!', '', true],
    ['!help', 'help', true],
    ['tell me, @puck!', 'tell me, @puck!', true],
    ['Puckish folk', 'Puckish folk', false],
    ['Pucké', 'Pucké', false],
    ['Puck_: help', 'Puck_: help', false],
    ['I like Puck', 'I like Puck', false],
    ['write to robin@puck', 'write to robin@puck', false],
    ['@pucks', '@pucks', false],
    ['', '', false],
    [' Puck :  help me, now: please ', 'help me, now: please', true],
    ['! help ', 'help', true],
    ['@Puck', '', true],
    ['@Puck, a:b', 'a:b', true],
    ['tell me @puck', 'tell me @puck', true],
    ['@ and @puck too', '@ and @puck too', true],
    ['@robin, ask @puck?', '@robin, ask @puck?', true],
    ['you are @pucks and é@puck', 'you are @pucks and é@puck', false],
    ['🙂@puck', '🙂@puck', true],
    ['@@puck', '@@puck', true],
    ['Puc', 'Puc', false],
    ['say puck', 'say puck', false],
  ])('%s', (said, text, mentioned) => {
    expect(addressed(said, 'Puck', '!')).toEqual({ text, mentioned });
  });

  it('is nothing where the bot has neither nick nor prefix', () => {
    expect(addressed('!help', undefined, undefined)).toEqual({ text: '!help', mentioned: false });
    expect(addressed('@ help', '', undefined).mentioned).toBe(false);
    expect(addressed('undefined help', undefined, undefined)).toEqual({ text: 'undefined help', mentioned: false });
  });

  it('is found also where the nick is a pattern, or outside of the first plane', () => {
    expect(addressed('(.*): help', '(.*)', undefined)).toEqual({ text: 'help', mentioned: true });
    expect(addressed('🤖: help', '🤖', undefined)).toEqual({ text: 'help', mentioned: true });
    expect(addressed(`${'x '.repeat(50_000)}@puck`, 'Puck', undefined).mentioned).toBe(true);
    expect(addressed('@'.repeat(100_000), 'Puck', undefined).mentioned).toBe(false);
  });
});

describe('the nick before an answer', () => {
  it('stands there where it is one', () => {
    expect(nickBefore('romeo')).toBe('romeo: ');
    expect(nickBefore('Ромео М.')).toBe('Ромео М.: ');
    expect(nickBefore('7')).toBe('7: ');
    expect(nickBefore('n'.repeat(64))).toBe(`${'n'.repeat(64)}: `);
    expect(nickBefore('n'.repeat(65))).toBe('');
  });

  it.each(['!kick juliet', '/me', 'Oberon: obey', 'a\nb', '@all', 'x'.repeat(200), '\u202eevil', '', undefined])(
    'does not where others could take it for a command: %j',
    (nick) => expect(nickBefore(nick)).toBe(''),
  );
});
