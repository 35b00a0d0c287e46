// @ts-check
import { question } from './sources.mjs';

/** @import { Plan } from '../plan.mjs' */

const JULIET = 'juliet@capulet.example/balcony';

/** What a test says in the words of its runner: Vitest here, that of Node.js elsewhere. @param {Plan} plan */
function words({ inside }) {
  return {
    source: inside ? '../src/index.js' : '../src/index.ts',
    imports: inside
      ? `import { expect, it } from 'vitest';\n`
      : `import assert from 'node:assert/strict';\nimport { test as it } from 'node:test';\n`,
    /** @param {string} actual @param {string} expected */
    is: (actual, expected) =>
      inside ? `expect(${actual}).toEqual(${expected});` : `assert.deepEqual(${actual}, ${expected});`,
    /** @param {string} call @param {string} error */
    rejects: (call, error) =>
      inside ? `await expect(${call}).rejects.toThrow(${error});` : `await assert.rejects(${call}, ${error});`,
  };
}

/** The payload of the question, as XML in a text with `${…}`. @param {Plan} plan */
const tagOf = ({ draft }) => draft?.asked ?? 'query';

/** test/laws.ts, which says what the laws cannot find out. @param {Plan} plan */
export function lawsFile(plan) {
  const { plugin, constant } = plan;
  const { source } = words(plan);
  const asked = question(plan);
  const imports = [plugin, constant, ...(asked ? [asked] : [])].filter((name) => asked || name === plugin).sort();
  const declaration = asked
    ? `{
    unasked: [
      {
        payload: ${asked},
        from: \`<iq type='get' id='q1' from='${JULIET}'><${tagOf(plan)} xmlns='\${${constant}}'/></iq>\`,
      },
    ],
    waits: { query: (plugin, signal) => plugin.query('juliet@capulet.example', { signal }) },
  }`
    : '{}';
  return `import { declareLaws } from '@sestina/testing/laws';
import { ${imports.join(', ')} } from '${source}';

export const laws = [declareLaws(${plugin}, ${declaration})];
`;
}

/** Runs the laws, where no other does. */
export function lawsTestFile() {
  return `import { test } from 'node:test';
import { pluginLaws } from '@sestina/testing/laws';
import { laws } from './laws.ts';

for (const { plugin, declaration } of laws) {
  for (const law of pluginLaws(plugin, declaration)) test(law.name, () => law.check());
}
`;
}

/** The test of the class. @param {Plan} plan */
export function pluginTestFile(plan) {
  const { plugin, constant } = plan;
  const { imports, source, is, rejects } = words(plan);
  const asked = question(plan);
  if (!asked) {
    return `import { ScriptedStream } from '@sestina/testing';
${imports}import { ${constant}, ${plugin} } from '${source}';

it('announces its feature, and does so no more once it is removed', async () => {
  const stream = await ScriptedStream.start({ plugins: [${plugin}] });
  ${is('[...stream.xmpp.advertised]', `[${constant}]`)}
  stream.xmpp.remove(${plugin});
  ${is('[...stream.xmpp.advertised]', '[]')}
  await stream.close();
});
`;
  }
  const tag = tagOf(plan);
  return `import { StanzaError } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
${imports}import { ${constant}, ${plugin}, type ${plugin}Options } from '${source}';

const QUERY = \`<${tag} xmlns='\${${constant}}'/>\`;

/** A connection with the plugin. */
async function start(options: Partial<${plugin}Options> = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ plugins: [[${plugin}, options]], ...more });
  return { stream, plugin: stream.xmpp.plugin(${plugin}) };
}

/** What is sent when somebody asks. */
async function answerTo(stream: ScriptedStream, from: string): Promise<string | undefined> {
  stream.skipSent();
  const to = stream.xmpp.boundJid;
  await stream.recv(\`<iq type='get' id='q1' from='\${from}' to='\${to}'>\${QUERY}</iq>\`);
  return (await stream.nextSent()).attribute('type');
}

it('announces its feature where it answers', async () => {
  for (const [answer, features] of [
    ['everybody', [${constant}]],
    ['nobody', []],
  ] as const) {
    const { stream } = await start({ answer });
    ${is('[...stream.xmpp.advertised]', 'features')}
    await stream.close();
  }
});

it('asks, and reads the answer', async () => {
  const { stream, plugin } = await start();
  const answer = plugin.query('${JULIET}');
  const request = await stream.expectSent(\`<iq type='get' id='*' to='${JULIET}'>\${QUERY}</iq>\`);
  await stream.recvResult(request, QUERY);
  ${is('(await answer).xml.name', `'${tag}'`)}
  await stream.close();
});

it('says where nobody answers', async () => {
  const { stream, plugin } = await start();
  const answer = plugin.query('${JULIET}');
  answer.catch(() => {});
  await stream.recvError(await stream.nextSent(), 'service-unavailable');
  ${rejects('answer', 'StanzaError')}
  await stream.close();
});

it('answers contacts, and no stranger', async () => {
  const { stream } = await start({ answer: (from) => from?.domain === 'capulet.example' });
  ${is(`await answerTo(stream, '${JULIET}')`, `'result'`)}
  ${is(`await answerTo(stream, 'mallory@evil.example/x')`, `'error'`)}
  ${is(`await answerTo(stream, 'juliet@capulet.example.evil.example/x')`, `'error'`)}
  await stream.close();
});

it('answers no more once it is removed, on this connection alone', async () => {
  const [one, other] = [await start({ answer: 'everybody' }), await start({ answer: 'everybody' })];
  one.stream.xmpp.remove(${plugin});
  ${is('[...one.stream.xmpp.advertised]', '[]')}
  ${is(`await answerTo(one.stream, '${JULIET}')`, `'error'`)}
  ${is(`await answerTo(other.stream, '${JULIET}')`, `'result'`)}
  for (const { stream } of [one, other]) await stream.close();
});

it('answers for a component', async () => {
  const { stream } = await start({ answer: 'everybody' }, { kind: 'component' });
  ${is(`await answerTo(stream, '${JULIET}')`, `'result'`)}
  await stream.close();
});
`;
}

/** Each example of the specification, read and written again. @param {Plan} plan */
export function examplesTestFile(plan) {
  const { draft } = plan;
  const { imports, source, is } = words(plan);
  if (!draft || draft.classes.length === 0 || draft.examples.length === 0) return undefined;
  const names = draft.classes.map(({ name }) => name).sort((a, b) => a.localeCompare(b));
  const examples = draft.examples.map(({ n, caption, xml }) => {
    const text = xml.replace(/\\/g, '\\\\').replace(/`/g, '\\`').replace(/\$\{/g, '\\${');
    return `  [${JSON.stringify(`${n}: ${caption}`)}, \`${text}\`],\n`;
  });
  return `import { roundTrip } from '@sestina/testing/laws';
${imports}import { ${names.join(', ')} } from '${source}';

const CLASSES = [${names.join(', ')}];
/** The examples of the specification. */
const EXAMPLES: readonly (readonly [name: string, xml: string])[] = [
${examples.join('')}];

for (const [name, xml] of EXAMPLES) {
  it(\`reads and writes example \${name}\`, () => {
    ${is('roundTrip(xml, CLASSES)', 'undefined')}
  });
}
`;
}
