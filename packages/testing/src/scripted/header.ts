import { NS_CLIENT, NS_COMPONENT } from '@sestina/core/connection';
import { NS_STREAM } from '@sestina/core/transport';
import { escapeXml } from '../xml/parse.js';
import type { HeaderAttributes } from './options.js';

/** The text of the server's stream header. @internal */
export function headerText(isComponent: boolean, { lang, ...attributes }: HeaderAttributes): string {
  const namespace = isComponent ? NS_COMPONENT : NS_CLIENT;
  let text = `<?xml version='1.0'?><stream:stream xmlns='${namespace}' xmlns:stream='${NS_STREAM}'`;
  for (const [name, value] of Object.entries({ ...attributes, 'xml:lang': lang })) {
    if (value !== undefined) text += ` ${name}='${escapeXml(value)}'`;
  }
  return `${text}>`;
}
