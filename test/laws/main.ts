// `npm run names`: what every package calls things, as a table of Markdown. Who gives something a name looks here first.
import { announced } from './announced.js';
import { addedNames } from './names.js';
import { pluginFolders, pluginsOf } from './packages.js';

console.log('| package | id | announces | adds |\n| --- | --- | --- | --- |');
for (const folder of pluginFolders()) {
  const plugins = await pluginsOf(folder);
  const ids = plugins.map(({ plugin }) => `\`${plugin.id}\``);
  const features = plugins.flatMap(announced).map((feature) => `\`${feature}\``);
  const added = addedNames(folder).map(({ to, name }) => `\`${to === 'XMPPEvents' ? 'event' : to}.${name}\``);
  console.log(`| ${[folder, ids.join(' '), features.join(' '), added.join(' ')].join(' | ')} |`);
}
