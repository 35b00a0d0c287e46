import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { XmlElement } from '@sestina/core';
import { parseXml } from '@sestina/testing';
import type { Specifications } from './specs.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STANZAS = ['iq', 'message', 'presence'];

/** Runs the tests of the packages, and gives what each has sent in them, by folder: elements as text. */
export function sentInTests(folders: readonly string[]): Map<string, Set<string>> {
  const place = mkdtempSync(join(tmpdir(), 'sestina-sent-'));
  try {
    const path = join(place, 'sent');
    const run = spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--config',
        join(ROOT, 'test/conformance/vitest.config.ts'),
        ...folders.map((folder) => `plugins/${folder}/test`),
      ],
      { cwd: ROOT, env: { ...process.env, SESTINA_SENT: path }, encoding: 'utf8' },
    );
    if (run.status !== 0) throw new Error(`the tests of the packages fail:\n${run.stdout.slice(-4_000)}`);
    const sent = new Map<string, Set<string>>();
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
    for (const line of lines) {
      const { folder, xml } = JSON.parse(line) as { folder: string; xml: string };
      sent.set(folder, (sent.get(folder) ?? new Set()).add(xml));
    }
    return sent;
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** What came of comparing what was sent with a schema. */
export interface SchemaResult {
  readonly fault: string | undefined;
}

/** Whether there is something that validates. */
export function canValidate(): boolean {
  return spawnSync('xmllint', ['--version']).status === 0;
}

/** Validates the payloads of what was sent that belong to a specification. What is in them of other namespaces is not looked at. */
export function validate(sent: Iterable<string>, xep: string, specs: Specifications): SchemaResult[] {
  const bySchema = new Map<string, Set<string>>();
  for (const text of sent) {
    for (const payload of payloadsOf(parseXml(text))) {
      const schema = specs.schemaOf(payload.namespace, xep);
      if (!schema) continue;
      bySchema.set(schema, (bySchema.get(schema) ?? new Set()).add(payload.toString()));
    }
  }
  return [...bySchema].flatMap(([schema, payloads]) => validateAll(schema, [...payloads]));
}

function payloadsOf(xml: XmlElement): XmlElement[] {
  return STANZAS.includes(xml.name) ? [...xml.elements()] : [xml];
}

function validateAll(schema: string, payloads: readonly string[]): SchemaResult[] {
  const place = mkdtempSync(join(tmpdir(), 'sestina-schema-'));
  try {
    const paths = payloads.map((text, index) => {
      const path = join(place, `${index}.xml`);
      writeFileSync(path, text);
      return path;
    });
    const { stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, ...paths], { encoding: 'utf8' });
    return paths.map((path) => {
      const errors = stderr
        .split('\n')
        .filter((line) => line.startsWith(`${path}:`) && line.includes('Schemas validity error'));
      const own = errors.filter((line) => !line.includes('demanded by the strict wildcard'));
      const fault = own[0]?.replace(/^.*Schemas validity error : /, '');
      return { fault };
    });
  } finally {
    rmSync(place, { recursive: true });
  }
}
