import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import { BaseXMPP, Clock, Logger, Random, Storage } from '@sestina/core';
import { StreamNegotiation } from '@sestina/core/connection';
import { publishable } from '@sestina/scripts/repo';
import { Resolver } from '@sestina/tcp';
import { describe, expect, it } from 'vitest';

interface ErrorClass {
  readonly prototype: Error;
}

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === 'function' && value.prototype instanceof Error;

/** The error classes that a package exports from any of its entry points, by the name they are exported under. */
async function errorClassesOf(name: string, entries: readonly string[]): Promise<[string, ErrorClass][]> {
  const modules = await Promise.all(
    entries.map((entry): Promise<Record<string, unknown>> => import(`${name}${entry.slice(1)}`)),
  );
  return modules.flatMap((exports) =>
    Object.entries(exports).flatMap(([key, value]): [string, ErrorClass][] =>
      isErrorClass(value) ? [[key, value]] : [],
    ),
  );
}

/** What a class says of itself. What it is called by the engine is not enumerable, and a minifier changes it. */
function saidNameOf(cls: object): string | undefined {
  const own = Object.getOwnPropertyDescriptor(cls, 'name');
  return own?.enumerable ? String(own.value) : undefined;
}

describe('the name of an error', () => {
  const packages = publishable().map(({ manifest }) => manifest);

  it.each(packages.map(({ name, exports }) => [name, Object.keys(exports ?? {})] as const))(
    'is a literal in every error class of %s',
    async (name, keys) => {
      const entries = keys.filter((key) => key !== './package.json');
      for (const [key, cls] of await errorClassesOf(name, entries)) {
        expect({ key, name: saidNameOf(cls) }).toEqual({ key, name: key });
      }
    },
  );

  it('is looked at in some classes at least', async () => {
    expect((await errorClassesOf('@sestina/core', ['.'])).length).toBeGreaterThan(20);
  });
});

const TOKENS = {
  BaseXMPP,
  ClientXMPP,
  Clock,
  ComponentXMPP,
  Logger,
  Random,
  Resolver,
  Storage,
  StreamNegotiation,
};

describe('the name of what a plugin asks for', () => {
  it.each(Object.entries(TOKENS))('is a literal: %s', (key, cls) => {
    expect(saidNameOf(cls)).toBe(key);
  });
});
