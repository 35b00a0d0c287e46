import type { Random } from '@sestina/core';
import { PlainServer, ScramServer } from '@sestina/sasl/server';

/** The mechanisms that the server knows. */
export type SaslMechanismName = 'SCRAM-SHA-512' | 'SCRAM-SHA-256' | 'SCRAM-SHA-1' | 'PLAIN' | 'ANONYMOUS';

/** Why a login fails (RFC 6120 §6.5). */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'mechanism-too-weak'
  | 'not-authorized'
  | 'temporary-auth-failure';

/** One step of a mechanism. @internal */
export interface SaslStep {
  readonly done: boolean;
  readonly success: boolean;
  readonly data: Uint8Array | undefined;
  readonly username?: string;
  readonly authzid?: string;
}

/** The server's side of a mechanism. @internal */
export interface SaslServer {
  respond(message: Uint8Array): Promise<SaslStep>;
}

/** What the mechanisms need. @internal */
export interface SaslEnvironment {
  readonly random: Random;
  readonly iterations: number;
  lookup(username: string): Promise<{ password: string } | undefined>;
  /** Makes a user for ANONYMOUS and returns the name. */
  anonymous(): string;
}

/** The server's side of a mechanism by name. @internal */
export function createMechanism(name: SaslMechanismName, environment: SaslEnvironment): SaslServer {
  const { random, iterations, lookup } = environment;
  const randomBytes = (length: number): Uint8Array => random.bytes(length);
  switch (name) {
    case 'SCRAM-SHA-1':
      return new ScramServer({ hash: 'SHA-1', randomBytes, lookup, iterations });
    case 'SCRAM-SHA-256':
      return new ScramServer({ hash: 'SHA-256', randomBytes, lookup, iterations });
    case 'SCRAM-SHA-512':
      return new ScramServer({ hash: 'SHA-512', randomBytes, lookup, iterations });
    case 'PLAIN':
      return new PlainServer({ lookup });
    case 'ANONYMOUS':
      return {
        respond: async () => ({ done: true, success: true, data: undefined, username: environment.anonymous() }),
      };
  }
}

/** The bytes of a SASL element: undefined where its text is no base64, `=` stands for none (RFC 6120 §6.4.2). @internal */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text === '=') return new Uint8Array(0);
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Bytes as the text of a SASL element. @internal */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
