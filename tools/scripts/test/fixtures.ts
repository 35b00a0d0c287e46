import type { SourceFile, Workspace } from '../lib/repo.mjs';

export const EXPORTS = { '.': {}, './package.json': './package.json' };

type Fields = Partial<Omit<Workspace['manifest'], 'name'>>;

export function workspace(dir: string, fields: Fields = {}): Workspace {
  const name = `@sestina/${dir.slice(dir.indexOf('/') + 1)}`;
  return { dir, manifest: { name, version: '0.1.0', exports: EXPORTS, ...fields } };
}

export function file(path: string, ...lines: string[]): SourceFile {
  return { path, text: lines.join('\n') };
}
