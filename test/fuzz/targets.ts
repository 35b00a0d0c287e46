import { streams } from './badxml.js';
import { fields } from './elements.js';
import { forms } from './forms.js';
import { addresses, localparts } from './jid.js';
import { logins } from './login.js';
import { mechanisms } from './sasl.js';
import { scram } from './scram.js';
import { stored } from './stored.js';
import type { Target } from './target.js';

export const TARGETS: readonly Target[] = [
  streams,
  addresses,
  localparts,
  scram,
  mechanisms,
  logins,
  forms,
  fields,
  stored,
];
