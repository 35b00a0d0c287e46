// @ts-check
// What `npm run new` has left to decide, in the plugins: each has to be decided before it lands.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { marksIn } from '../create-sestina-plugin/src/marks.mjs';
import { isMain, ROOT, report } from './lib/repo.mjs';

if (isMain(import.meta.url)) {
  const plugins = join(ROOT, 'plugins');
  const marks = readdirSync(plugins).flatMap((folder) => marksIn(join(plugins, folder)));
  report(
    marks.map((mark) => {
      const [, path = '', line, message = ''] = /^(.*?):(\d+) (.*)$/.exec(mark) ?? [];
      return { path: relative(ROOT, path), line: Number(line), message };
    }),
  );
}
