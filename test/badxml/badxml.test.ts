import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ClientXMPP } from '@sestina/client';
import { ConfigError } from '@sestina/core';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { CHECKS } from './checks.js';
import { byteByByte, type Entry, FOLDER, index, randomly, whole } from './corpus.js';
import { type Outcome, type RunOptions, run } from './harness.js';
import { toldStreamError, verdict } from './verdict.js';

/** What cannot be decided yet, and the package that will decide it. A file leaves this list when its package comes. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  '132-trust-xhtml-script.xml': 'plugins/xep-0071',
  '135-trust-ibb-bad-base64.xml': 'plugins/xep-0047',
  '136-trust-ibb-seq.xml': 'plugins/xep-0047',
  '137-trust-ibb-foreign-sid.xml': 'plugins/xep-0047',
};

/** Where it matters what we have said between two bytes. */
const SPACED: ReadonlySet<string> = new Set(['component', 'opening', 'plain', 'scram-first-sent', 'tls']);

/** Not fed to anybody: the options are refused before. */
const CONFIG_ERROR = '091-limit-zero-is-not-unlimited.xml';

/** One file is one frame: the tests of the transport that has frames run them. */
const FRAMES: Readonly<Record<string, string>> = {
  '159-ws-stream-tag.xml': 'packages/websocket',
  '160-ws-two-elements.xml': 'packages/websocket',
  '161-ws-partial.xml': 'packages/websocket',
  '162-ws-leading-space.xml': 'packages/websocket',
  '163-ws-no-namespace.xml': 'packages/websocket',
  '164-ws-close-redirect-plain.xml': 'packages/websocket',
};

/** What needs a session that a plugin has brought about: the tests of the plugin run them. */
const PLUGINS: Readonly<Record<string, string>> = {
  '123-trust-pep-private-spoof.xml': 'xep-0402',
  '127-trust-retract-other-sender.xml': 'xep-0424',
  '128-trust-receipt-spoof.xml': 'xep-0184',
  '129-trust-muc-pm-as-contact.xml': 'xep-0045',
  '130-trust-muc-self-unjoined.xml': 'xep-0045',
  '138-sm-ack-too-high.xml': 'xep-0198',
  '139-sm-ack-not-number.xml': 'xep-0198',
  '140-sm-ack-backwards.xml': 'xep-0198',
  '141-sm-resumed-wrong-previd.xml': 'xep-0198',
};

const ELSEWHERE = { ...LEFT_OUT, ...FRAMES, ...PLUGINS };
const files = Object.entries(index).filter(([file]) => !(file in ELSEWHERE) && file !== CONFIG_ERROR);
const random = new SeededRandom(Number(process.env['SEED'] ?? 1));

describe('the corpus of bad input', () => {
  it('has each of its files in the index, and each is run or left out for a reason', () => {
    const there = readdirSync(FOLDER).filter((name) => name.endsWith('.xml'));
    expect(Object.keys(index).sort()).toEqual(there.sort());
    const notRun = Object.keys(ELSEWHERE);
    expect(notRun.filter((file) => !(file in index))).toEqual([]);
    expect(files.length + notRun.length + 1).toBe(164);
    expect(Object.keys(FRAMES)).toEqual(Object.keys(index).filter((file) => index[file]?.layer === 'frame'));
    const numbers = new Set(files.map(([file]) => file.slice(0, 3)));
    expect(Object.keys(CHECKS).filter((number) => !numbers.has(number))).toEqual([]);
  });

  it.each([...new Set(Object.values(LEFT_OUT))])('leaves out what %s decides only as long as it is missing', (path) => {
    expect(existsSync(new URL(`../../${path}/src/index.ts`, FOLDER))).toBe(false);
  });

  const elsewhere = [
    ...Object.values(FRAMES).map((path) => `../../${path}/test/`),
    ...Object.values(PLUGINS).map((plugin) => `../plugins/${plugin}/`),
  ];
  it.each([...new Set(elsewhere)])('leaves what is special to %s', (path) => {
    const folder = new URL(path, FOLDER);
    const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    expect(tests.some((name) => readFileSync(new URL(name, folder), 'utf8').includes('badxml'))).toBe(true);
  });

  it(`${CONFIG_ERROR}: a limit of 0 is refused`, () => {
    const { limits } = index[CONFIG_ERROR] as Entry;
    expect(() => new ClientXMPP({ jid: 'alice@example.org', password: 'x', limits: { ...limits } })).toThrow(
      ConfigError,
    );
  });

  describe.each(files)('%s', (file, entry) => {
    const found = CHECKS[file.slice(0, 3)];
    const { prepare, check } = typeof found === 'function' ? { prepare: undefined, check: found } : (found ?? {});
    const wanted = [entry.expect, ...(entry.also ?? [])];
    const judge = async (outcome: Outcome): Promise<void> => {
      expect(wanted).toContain(verdict(outcome, entry.expect));
      safe(outcome, entry);
      await check?.(outcome);
    };
    const play = async (options: Omit<RunOptions, 'look'>, look: RunOptions['look'] = judge): Promise<void> => {
      expect(await run(file, entry, { ...options, look, ...(prepare && { prepare }) })).toEqual([]);
    };

    it(`${entry.name}: whole`, () => play({ cut: whole }));

    it('byte by byte', () => play({ cut: byteByByte, spaced: SPACED.has(entry.context) }));

    it(`cut at random (seed ${random.seed})`, async () => {
      const cut = randomly((below) => random.integer(below));
      await play({ cut });
      await play({ cut, spaced: true });
    });

    it('with nobody listening', () =>
      play({ cut: whole, listeners: false }, (outcome) => {
        if (/^(?:stream-error|stanza-error|sasl)/.test(entry.expect)) {
          expect(wanted).toContain(verdict(outcome, entry.expect));
        }
      }));
  });
});

/** What holds of every file. */
function safe(outcome: Outcome, entry: Entry): void {
  const { sent, messages, errors, refused } = outcome;
  // These are from nobody: all that the corpus lets boss@example.org say is smuggled in, or comes too late.
  expect(messages.filter(({ from, id }) => from?.local === 'boss' || id === 'smuggled' || id === 'late')).toEqual([]);
  expect(errors).toEqual([]);
  if (sent.includes('<stream:error>')) {
    expect(sent.slice(sent.indexOf('</stream:error>'))).toBe('</stream:error></stream:stream>');
    expect(verdict(outcome, entry.expect)).toBe(`stream-error:${toldStreamError(outcome)?.condition}`);
    expect(outcome.online).toBe(false);
  }
  if (entry.expect === 'sasl-abort') expect(sent).not.toMatch(/<(?:iq|message|presence|auth|stream:stream)[\s>]/);
  if (refused) expect(refused).toMatchObject({ code: expect.stringMatching(/^ERR_/), retryable: expect.any(Boolean) });
}
