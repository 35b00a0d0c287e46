// @ts-check
// docs/compliance.md: the suites of XEP-0479, feature by feature, with what the packages claim.
import { PACKAGES, SUITES } from './compliance-suites.mjs';

/** @import { Feature } from './compliance-suites.mjs' */

/**
 * A package that claims a XEP.
 * @typedef {{ dir: string, name: string, claim: { xep: string, part?: string } }} Claiming
 */

/** What has that specification, as a link; undefined where nothing does. @param {string} spec @param {readonly Claiming[]} all */
function providerOf(spec, all) {
  const folder = PACKAGES[spec];
  if (folder !== undefined) return `[\`@sestina/${folder}\`](../packages/${folder}/README.md)`;
  const found = all.find(({ claim }) => `XEP-${claim.xep}` === spec);
  return found && `[\`${found.name}\`](../${found.dir}/README.md)`;
}

/** The specifications of a feature that nothing has. @param {Feature} feature @param {readonly Claiming[]} all */
export function missingOf({ by, any }, all) {
  const missing = by.filter((spec) => providerOf(spec, all) === undefined);
  return any && missing.length < by.length ? [] : missing;
}

/** @param {string} spec */
function specLink(spec) {
  const [, number = ''] = /^(?:XEP-|RFC )(\d{4})$/.exec(spec) ?? [];
  return spec.startsWith('RFC')
    ? `[${spec}](https://www.rfc-editor.org/info/rfc${number})`
    : `[${spec}](https://xmpp.org/extensions/xep-${number}.html)`;
}

/**
 * @param {Feature} feature @param {readonly Claiming[]} all
 * @param {ReadonlySet<string>} preset names of the packages that the preset brings
 */
function rowOf(feature, all, preset) {
  const { name, level, by, rest = '' } = feature;
  const missing = missingOf(feature, all);
  const packages = by.flatMap((spec) => providerOf(spec, all) ?? []);
  const isThere = missing.length === 0;
  const parts = by.flatMap((spec) => all.find(({ claim }) => `XEP-${claim.xep}` === spec)?.name ?? []);
  const brings = parts.length === 0 ? '' : parts.every((part) => preset.has(part)) ? 'yes' : 'no';
  return `| ${[
    isThere ? name : `**${name}**`,
    level === 'core' ? 'client' : 'advanced client',
    by.map(specLink).join(', '),
    [...packages, ...(isThere ? [] : [`**missing: ${missing.join(', ')}**`])].join(', '),
    isThere ? brings : '',
    isThere ? rest : '',
  ].join(' | ')} |`;
}

/** Whether all of a suite is there. @param {readonly Feature[]} features @param {readonly Claiming[]} all */
function verdict(features, all) {
  /** @param {readonly Feature[]} some */
  const lacking = (some) => some.filter((feature) => missingOf(feature, all).length > 0).map(({ name }) => name);
  const core = lacking(features.filter(({ level }) => level === 'core'));
  const advanced = lacking(features.filter(({ level }) => level === 'advanced'));
  if (core.length + advanced.length === 0) return 'All of it is there, for clients and advanced clients.';
  if (core.length > 0) return `It is not met. Missing: ${[...core, ...advanced].join('; ')}.`;
  return `All that a client needs is there. For an advanced client is missing: ${advanced.join('; ')}.`;
}

/** @param {readonly Claiming[]} all @param {ReadonlySet<string>} preset */
export function complianceText(all, preset) {
  const suites = SUITES.map(
    ({ name, features }) => `## ${name}

${verdict(features, all)}

| feature | for | takes | package | in the preset | what you add |
| --- | --- | --- | --- | --- | --- |
${features.map((feature) => rowOf(feature, all, preset)).join('\n')}
`,
  );
  return `# Compliance

[XEP-0479](https://xmpp.org/extensions/xep-0479.html), version 0.1.0, says what a client of 2023 has to be able to do, in five suites, each for clients
and for advanced ones. This page is made by \`npm run sync-support\` of what the packages claim; [what is supported](support.md) says how far
each claim was tried.

A library complies with nothing: a program does. **In the preset** is what \`xmpp.use(InstantMessaging)\` of
[\`@sestina/preset-im\`](../plugins/preset-im/README.md) brings, **what you add** what the program has to do all the same. What is missing is
in bold type. Each suite takes that of Core, too.

${suites.join('\n')}
## What is about servers

Suites for servers are not for this project. What connects to a server as a component (XEP-0114) does so with
[\`@sestina/component\`](../packages/component/README.md).
`;
}
