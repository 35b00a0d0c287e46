// @ts-check
import { MARK, question, variable } from './sources.mjs';

/** @import { Plan } from '../plan.mjs' */

/** @param {unknown} value */
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** @param {Plan} plan */
export function manifestFile({ inside, draft, package: name, description, ranges }) {
  const own = {
    name,
    version: inside ? '0.1.0' : '1.0.0',
    description,
    ...(inside && draft ? { sestina: { xep: draft.xep, version: draft.version } } : {}),
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
  };
  if (inside) {
    return json({
      ...own,
      exports: {
        '.': { '@sestina/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
        './package.json': './package.json',
      },
      files: ['dist', 'src', '!dist/.tsbuildinfo'],
      publishConfig: { access: 'public' },
      peerDependencies: { '@sestina/core': ranges.core },
      devDependencies: { '@sestina/testing': ranges.next },
    });
  }
  return json({
    ...own,
    keywords: ['xmpp', 'jabber', 'sestina'],
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
    files: ['dist'],
    scripts: {
      build: 'tsc -p tsconfig.build.json',
      typecheck: 'tsc',
      test: 'node --test',
      marks: 'create-sestina-plugin --marks src',
      prepack: 'npm run marks && npm run build',
    },
    peerDependencies: { '@sestina/core': ranges.core },
    devDependencies: {
      '@sestina/core': ranges.core,
      '@sestina/testing': ranges.testing,
      '@types/node': '>=22',
      'create-sestina-plugin': ranges.create,
      typescript: '>=5.8',
    },
  });
}

/** @param {Plan} plan @returns {Record<string, string>} */
export function compilerFiles({ inside }) {
  if (inside) {
    const compilerOptions = { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' };
    const references = [{ path: '../../packages/core' }];
    return {
      'tsconfig.json': json({ extends: '../../tsconfig.base.json', compilerOptions, include: ['src'], references }),
    };
  }
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    types: ['node'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const build = { noEmit: false, declaration: true, rootDir: 'src', outDir: 'dist' };
  return {
    'tsconfig.json': json({ compilerOptions, include: ['src', 'test'] }),
    'tsconfig.build.json': json({ extends: './tsconfig.json', compilerOptions: build, include: ['src'] }),
  };
}

/** @param {Plan} plan */
export function readmeFile(plan) {
  const { inside, draft, package: name, plugin } = plan;
  const of = draft
    ? `[XEP-${draft.xep}: ${draft.title}](https://xmpp.org/extensions/xep-${draft.xep}.html), version ${draft.version}, for ${inside ? '[Sestina](../../README.md)' : 'Sestina'}.`
    : `${plugin}, a plugin for Sestina.`;
  const object = variable(plugin);
  const use = question(plan)
    ? `const ${object} = xmpp.use(${plugin}, { answer: 'contacts' });
await xmpp.connect();

console.log(String(await ${object}.query('juliet@capulet.example/balcony')));`
    : `xmpp.use(${plugin});
await xmpp.connect();`;
  const options = question(plan)
    ? `
| option | default | |
| --- | --- | --- |
| \`answer\` | \`'contacts'\` | who gets an answer; the others are told what a program without this plugin would tell |
${draft ? '' : "| `value` | `''` | what is answered |\n"}`
    : '';
  const mark = draft ? `\n<!-- ${MARK} what it does for users, its events, and what it does not do -->\n` : '';
  return `# ${name}

${of}
${mark}
\`\`\`sh
npm install @sestina/client @sestina/core ${name}
\`\`\`

\`\`\`ts no-run
import { ClientXMPP } from '@sestina/client';
import { ${plugin} } from '${name}';

const xmpp = new ClientXMPP({ jid: 'romeo@montague.example', password: process.env.PASSWORD });
${use}
\`\`\`
${options}`;
}

/** What only a package of this repository has. @param {Plan} plan */
export function changesetFile({ package: name, description }) {
  return `---\n'${name}': minor\n---\n\n${description}.\n`;
}

/** What only a repository of its own has. @returns {Record<string, string>} */
export function repositoryFiles() {
  return {
    '.gitignore': 'node_modules/\ndist/\n',
    '.github/workflows/ci.yml': `name: ci
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        node: [22, 24]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: \${{ matrix.node }}
      - run: npm install
      - run: npm run typecheck
      - run: npm test
      - run: npm run marks
      - run: npm pack
`,
  };
}
